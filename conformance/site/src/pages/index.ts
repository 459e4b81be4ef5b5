// Says that the site is up.
export const GET = () => new Response('codes');
