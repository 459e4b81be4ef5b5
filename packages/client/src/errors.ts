// The one error of this client.
import { type ErrorKind, kindOf } from './error-kinds.ts';
import { isJsonObject } from './json.ts';

/** What is known of a failure. */
export type ErrorDetails = {
  kind: ErrorKind;
  /** The HTTP status; 0 when there was no answer. */
  status?: number;
  /** The Parse error number. */
  code?: number | undefined;
  /** The code of the endpoints of cookies, such as `INVALID_EMAIL_OR_PASSWORD`. */
  word?: string | undefined;
  /** Under which name the request is in the server's log. */
  requestId?: string | undefined;
  /** In a transaction: which write failed, from 0. */
  index?: number | undefined;
  cause?: unknown;
};

/** A call that failed. Programs compare `kind` or `code`, never the message. */
export class AstrolabeError extends Error {
  override readonly name = 'AstrolabeError';
  /** What went wrong, in a word. */
  readonly kind: ErrorKind;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The Parse error number, if there is one. */
  readonly code: number | undefined;
  /** The code of the endpoints of cookies, such as `INVALID_EMAIL_OR_PASSWORD`. */
  readonly word: string | undefined;
  /** Under which name the request is in the server's log. */
  readonly requestId: string | undefined;
  /** In a transaction: which write failed, from 0. */
  readonly index: number | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.kind = details.kind;
    this.status = details.status ?? 0;
    this.code = details.code;
    this.word = details.word;
    this.requestId = details.requestId;
    this.index = details.index;
  }
}

/** Whether a value that was thrown is an error of this client, of that kind if one is named. */
export function isAstrolabeError(error: unknown, kind?: ErrorKind): error is AstrolabeError {
  return error instanceof AstrolabeError && (kind === undefined || error.kind === kind);
}

/** A value that was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The error of an answer that refuses. */
export function errorOfAnswer(status: number, body: unknown, requestId?: string): AstrolabeError {
  const members = isJsonObject(body) ? body : {};
  const { code, index, error, message } = members;
  if (typeof code === 'string' || typeof message === 'string') {
    const word = typeof code === 'string' ? code : undefined;
    return new AstrolabeError(text(message ?? error, status), { kind: kindOfWord(status), status, word, requestId });
  }
  const number = typeof code === 'number' ? code : undefined;
  return new AstrolabeError(text(error, status), {
    kind: kindOf(status, number),
    status,
    code: number,
    requestId,
    index: typeof index === 'number' ? index : undefined,
  });
}

function kindOfWord(status: number): ErrorKind {
  return status === 429 || status === 503 ? kindOf(status, undefined) : 'account';
}

function text(message: unknown, status: number): string {
  return typeof message === 'string' && message !== '' ? message : `The server answered with status ${status}.`;
}
