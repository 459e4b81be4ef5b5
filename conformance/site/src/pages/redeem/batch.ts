// Redeems a code and writes down that it happened, both or neither: a transactional batch whose first write has a
// condition.
import { call } from '../../lib/astrolabe';
import { IS_FREE, redeemBy } from '../../lib/redeem';

export const POST = redeemBy((id, name) =>
  call('POST', '/batch', undefined, {
    transaction: true,
    requests: [
      { method: 'PUT', path: `/parse/classes/Code/${id}`, where: IS_FREE, body: { redeemedBy: name } },
      { method: 'POST', path: '/parse/classes/Redemption', body: { codeId: id, name } },
    ],
  }),
);
