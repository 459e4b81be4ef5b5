// The words for what can go wrong, by the number and status of an answer. A test compares this with the server's table.

/** Words by Parse error number. */
const KINDS = {
  [-1]: 'other_cause',
  1: 'internal',
  100: 'rate_limited',
  101: 'object_not_found',
  102: 'invalid_query',
  103: 'invalid_class_name',
  104: 'missing_object_id',
  105: 'invalid_key_name',
  106: 'invalid_pointer',
  107: 'invalid_json',
  108: 'command_unavailable',
  111: 'incorrect_type',
  116: 'object_too_large',
  119: 'operation_forbidden',
  121: 'invalid_nested_key',
  123: 'invalid_acl',
  124: 'timeout',
  125: 'invalid_email_address',
  132: 'ambiguous_installation',
  135: 'missing_class_name',
  136: 'field_not_changeable',
  137: 'duplicate_value',
  139: 'invalid_role_name',
  140: 'quota_exceeded',
  142: 'validation_error',
  155: 'request_limit_exceeded',
  159: 'duplicate_request',
  162: 'invalid_value',
  200: 'username_missing',
  201: 'password_missing',
  202: 'username_taken',
  203: 'email_taken',
  204: 'email_missing',
  205: 'email_not_found',
  206: 'session_missing',
  209: 'invalid_session_token',
  252: 'unsupported_service',
  255: 'invalid_schema_operation',
  409: 'delete_restricted',
  412: 'condition_not_met',
} as const;

/** Words for answers whose status says more than their number. */
const BY_STATUS = {
  403: 'unauthorized',
  404: 'endpoint_not_found',
  413: 'body_too_large',
  415: 'unsupported_body',
  429: 'rate_limited',
  503: 'unavailable',
} as const;

/** What went wrong, in a word. */
export type ErrorKind =
  | (typeof KINDS)[keyof typeof KINDS]
  | (typeof BY_STATUS)[keyof typeof BY_STATUS]
  | 'malformed_body'
  | 'mail_not_configured'
  /** There was no answer. */
  | 'network'
  /** The answer is none that a server of Astrolabe gives. */
  | 'bad_answer'
  /** The endpoints of cookies refuse; `word` is their code. */
  | 'account';

/** The word for an answer. */
export function kindOf(status: number, code: number | undefined): ErrorKind {
  if (code === undefined)
    return BY_STATUS[status as keyof typeof BY_STATUS] ?? (status === 400 ? 'malformed_body' : 'bad_answer');
  if (code === 108 && status === 404) return 'endpoint_not_found';
  if (code === 1 && status === 503) return 'unavailable';
  if (code === 1 && status === 400) return 'mail_not_configured';
  return KINDS[code as keyof typeof KINDS] ?? 'other_cause';
}
