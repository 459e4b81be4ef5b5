// Rules about pages that are files: nobody asks a visitor who they are before a file is sent.
import { type CompiledRule, judgeOf } from './rules.ts';

/** Error pages are the same for everybody. */
const ALWAYS_OPEN = new Set(['/404', '/500']);

/** Throws when a rule is about one of these pages. */
export function refusePrerendered(rules: readonly CompiledRule[], pages: readonly string[]): void {
  const judge = judgeOf(rules, '/');
  const closed = pages.filter((page) => !ALWAYS_OPEN.has(page) && judge({ pathname: encodeURI(page), actions: [] }).kind !== 'none');
  if (closed.length === 0) return;
  throw new Error(
    `These pages are protected and prerendered, so everybody could read them: ${closed.join(', ')}. ` +
      'Write `export const prerender = false` into them, or say `prerendered: "host"` if the server in front of the ' +
      'site enforces the rules of dist/astrolabe.json.',
  );
}
