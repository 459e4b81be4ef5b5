// What both endpoints share: reading the form, finding the code, and the answers. How the code is taken is theirs.
import type { APIRoute } from 'astro';
import { call, type Answer } from './astrolabe';

/** The code is free. Whoever writes only if this still holds cannot come second. */
export const IS_FREE = { redeemedBy: { $exists: false } };

const CONDITION_NOT_MET = 412;

/** An endpoint that takes a code by `take`, which has the code's object id and the name of whoever redeems it. */
export function redeemBy(take: (id: string, name: string) => Promise<Answer>): APIRoute {
  return async ({ request }) => {
    const { code, name } = (await request.json()) as { code: unknown; name: unknown };
    if (typeof code !== 'string' || typeof name !== 'string') return answer(400, 'Say which code, and who you are.');
    const found = await call('GET', '/classes/Code', { code });
    const id = found.body.results?.[0]?.objectId;
    if (!id) return answer(404, 'There is no such code.');
    const taken = await take(id, name);
    if (taken.status === 200) return answer(200, 'It is yours.');
    if (taken.body.code === CONDITION_NOT_MET) return answer(409, 'Somebody was faster.');
    return answer(502, `Astrolabe answered ${taken.status}.`);
  };
}

const answer = (status: number, message: string) => Response.json({ message }, { status });
