// Whoever calls the API wants JSON, also when there is nothing at that address.
import type { APIRoute } from 'astro';
import { failed } from '../../lib/problem';
import { refuse } from '../../lib/respond';

export const ALL: APIRoute = () => refuse(failed(404, 'not_found', 'There is nothing at this address.').problem);
