// Redeems a code by one conditional update.
import { call } from '../../lib/astrolabe';
import { IS_FREE, redeemBy } from '../../lib/redeem';

export const POST = redeemBy((id, name) => call('PUT', `/classes/Code/${id}`, IS_FREE, { redeemedBy: name }));
