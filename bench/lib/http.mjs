// Requests of the preparation and of the checks. A request is `{ method, path, body, headers }`, body and path as they go
// over the wire, so that what is checked is what is measured.
const PATIENCE_MS = 120_000;

/** Sends a request and gives `{ status, body }`. */
export async function send(origin, request) {
  const answer = await fetch(origin + request.path, {
    method: request.method,
    headers: request.headers,
    body: request.body || undefined,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null, bytes: text.length };
}

/** Sends a request that has to succeed, and gives the body of its answer. */
export async function must(origin, request) {
  const { status, body } = await send(origin, request);
  if (status < 200 || status > 299) {
    throw new Error(`${request.method} ${request.path} answered ${status}: ${JSON.stringify(body).slice(0, 500)}`);
  }
  return body;
}

/** A request with a JSON body. */
export function json(method, path, body, headers) {
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return { method, path, body: body === undefined ? '' : JSON.stringify(body), headers: { ...headers, ...type } };
}

/** Runs `work` on 0 … count-1, so many at the same time, and gives the results in order. */
export async function eachOf(count, atOnce, work) {
  const results = new Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return results;
}
