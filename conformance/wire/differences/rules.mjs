// Differences of many requests, recognised by the recorded answer.
import { POSTGRES, KEY_TEXTS } from './reasons.mjs';

/** Differences of many requests, recognised by the recorded answer. The first that applies counts. */
export const rules = [
  {
    applies: golden => golden.status === 404 && /^<!DOCTYPE html>/.test(golden.body),
    because: 'an unknown endpoint answers JSON, not a page of HTML',
    status: 404,
    code: 108,
  },
  {
    applies: golden => golden.status === 400 && golden.body.code === undefined && /JSON/.test(golden.body.error),
    because: 'the words of a JSON parser are no promise',
    status: 400,
  },
  {
    applies: golden => golden.status === 400 && /^Failed to decode param/.test(golden.body.error),
    because: KEY_TEXTS,
    status: [400, 404],
  },
  {
    applies: golden => [413, 415].includes(golden.status),
    because: KEY_TEXTS,
    status: [400, 413, 415],
  },
  {
    applies: golden => golden.body.error === 'schema class name does not revalidate',
    because: 'the reference has 103 for a bad class name in one place and 107 in another',
    status: 400,
    code: [103, 107],
  },
  {
    applies: golden => /^Postgres doesn't support this query type yet .*"\$/.test(golden.body.error),
    because: 'an unknown operator is 107, as in the reference on MongoDB',
    status: 400,
    code: [102, 107],
  },
  {
    applies: golden => /^Postgres doesn't support/.test(golden.body.error),
    because: POSTGRES,
    anyBut5xx: true,
  },
];
