// What the site accepts: reading a body without trusting its size or type, and the schemas that the JSON API and the
// HTML forms share, so that both refuse the same things in the same words.
import { z } from 'astro/zod';
import { done, failed, type Result } from './problem';

const BODY_BYTES_MAX = 16 * 1024;
export const TITLE_LENGTH_MAX = 200;
export const NAME_LENGTH_MAX = 40;
export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 200;

const id = z.string('Say which todo.').regex(/^[A-Za-z0-9]{1,64}$/, 'This is not the id of a todo.');
const title = z
  .string('A title is text.')
  .trim()
  .min(1, 'Write down what there is to do.')
  .max(TITLE_LENGTH_MAX, `Keep it under ${TITLE_LENGTH_MAX} characters.`)
  .regex(/^\P{Cc}*$/u, 'A title is one line of plain text.');
const isCompleted = z.boolean('This is either true or false.');
const username = z
  .string('A name is text.')
  .trim()
  .min(1, 'Choose a name.')
  .max(NAME_LENGTH_MAX, `Keep it under ${NAME_LENGTH_MAX} characters.`)
  .regex(/^[\p{L}\p{N}._@+-]+$/u, 'Letters, digits and . _ @ + - only.');
const password = z
  .string('A password is text.')
  .min(PASSWORD_LENGTH_MIN, `Use at least ${PASSWORD_LENGTH_MIN} characters.`)
  .max(PASSWORD_LENGTH_MAX, `Keep it under ${PASSWORD_LENGTH_MAX} characters.`);

export const newTodo = z.strictObject({ title });
export const changedTodo = z
  .strictObject({ id, title: title.optional(), isCompleted: isCompleted.optional() })
  .refine((input) => input.title !== undefined || input.isCompleted !== undefined, 'Give a title or isCompleted.');
export const oneTodo = z.strictObject({ id });
export const signUpForm = z.object({ username, password });
export const logInForm = z.object({
  username: z.string().trim().min(1, 'Enter your name.').max(NAME_LENGTH_MAX, 'Names are not that long.'),
  password: z.string().min(1, 'Enter your password.').max(PASSWORD_LENGTH_MAX, 'Passwords are not that long.'),
});

export function validate<S extends z.ZodType>(schema: S, input: unknown): Result<z.output<S>> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return done(parsed.data);
  const issues = parsed.error.issues.map((issue) => ({
    path: issue.path.join('.'),
    code: issue.code,
    message: issue.code === 'unrecognized_keys' ? `Unknown: ${issue.keys.join(', ')}.` : issue.message,
  }));
  return failed(400, 'invalid_input', issues[0]?.message ?? 'That is not valid.', issues);
}

/** The body of an API call. No body at all counts as `{}`, since a DELETE may say everything in its address. */
export async function readJson(request: Request): Promise<Result<Record<string, unknown>>> {
  const text = await readText(request);
  if (!text.ok) return text;
  if (text.data === '') return done({});
  if (mediaType(request) !== 'application/json') {
    return failed(415, 'unsupported_media_type', 'Send JSON, with Content-Type: application/json.');
  }
  try {
    const value: unknown = JSON.parse(text.data);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return done({ ...value });
  } catch {
    // Falls through to the same answer as JSON that is not an object.
  }
  return failed(400, 'invalid_json', 'The body is not a JSON object.');
}

export async function readForm(request: Request): Promise<Result<Record<string, string>>> {
  if (mediaType(request) !== 'application/x-www-form-urlencoded') {
    return failed(415, 'unsupported_media_type', 'This page takes ordinary form posts.');
  }
  const text = await readText(request);
  return text.ok ? done(Object.fromEntries(new URLSearchParams(text.data))) : text;
}

const mediaType = (request: Request) => request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();

async function readText(request: Request): Promise<Result<string>> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) return failed(413, 'too_large', `Send at most ${BODY_BYTES_MAX / 1024} KB.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return done(text + decoder.decode());
}
