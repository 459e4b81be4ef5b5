// The API's answers: `{ data }`, or `{ error, code, issues? }` under the status that says the same.
import type { Problem, Result } from './problem';

export function respond<T>(result: Result<T>, status = 200): Response {
  return result.ok ? Response.json({ data: result.data }, { status }) : refuse(result.problem);
}

export function refuse({ status, ...body }: Problem, headers?: HeadersInit): Response {
  return Response.json(body, { status, ...(headers && { headers }) });
}
