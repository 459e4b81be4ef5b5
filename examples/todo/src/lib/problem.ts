// What can go wrong, in one shape: the functions in this folder return it, the API sends it, the pages show it.

export interface Issue {
  path: string;
  code: string;
  message: string;
}

export interface Problem {
  /** A sentence for the person in front of the screen. */
  error: string;
  /** A stable word for programs. */
  code: string;
  /** The HTTP status that says the same. */
  status: number;
  issues?: Issue[];
}

export type Result<T> = { ok: true; data: T } | { ok: false; problem: Problem };

export const done = <T>(data: T): Result<T> => ({ ok: true, data });

export function failed(status: number, code: string, error: string, issues?: Issue[]): { ok: false; problem: Problem } {
  return { ok: false, problem: issues ? { error, code, status, issues } : { error, code, status } };
}
