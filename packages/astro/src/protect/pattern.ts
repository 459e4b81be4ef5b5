// Patterns of paths and of action names, as regular expressions that every engine understands: the same text goes into
// the manifest for the server in front of the site. No look-around and no back-references.

const PATTERN_LENGTH_MAX = 500;
const MANY_MAX = 3;

/** What is wrong with a pattern of paths, for whoever wrote it. */
export function patternProblem(pattern: string): string | undefined {
  const shown = JSON.stringify(pattern);
  if (!pattern.startsWith('/')) return `the pattern ${shown} has to begin with a slash`;
  if (pattern.length > PATTERN_LENGTH_MAX) return `the pattern ${shown.slice(0, 40)}… is too long`;
  if (/[%\\?#\p{Cc}]/u.test(pattern)) return `the pattern ${shown} has to be a decoded path, without % \\ ? #`;
  const parts = partsOf(pattern);
  if (parts.includes('')) return `the pattern ${shown} has an empty part`;
  if (parts.some((part) => part === '.' || part === '..')) return `the pattern ${shown} has a relative part`;
  if (parts.some((part) => part.includes('**') && part !== '**')) return `in ${shown} ** has to be a part of its own`;
  if (parts.filter(isMany).length > MANY_MAX) return `the pattern ${shown} has more than ${MANY_MAX} **`;
  return undefined;
}

/** A part of a path: a regular expression, or `null` for any number of parts. */
export type Part = string | null;

/** A pattern, part by part. */
export function patternParts(pattern: string): Part[] {
  return partsOf(pattern).map((part) => {
    if (isMany(part)) return null;
    if (part === '*' || isParameter(part)) return '[^/]+';
    return wildcards(part.replace(/\[[^\]]+\]/g, '*'), '[^/]*');
  });
}

/** The regular expression of a pattern, over a path in lower case that begins with a slash and does not end with one. */
export function sourceOf(pattern: readonly Part[]): string {
  const parts = pattern.map((part) => (part === null ? '(?:/[^/]*)*' : `/${part}`));
  return `^${parts.join('') || '/'}$`;
}

/** A pattern as a function over the same paths; its time grows with the length of the path times that of the pattern. */
export function patternMatcher(parts: readonly Part[]): (path: string) => boolean {
  const tests = parts.map((part) => (part === null ? null : new RegExp(`^${part}$`, 'u')));
  return (path) => {
    // Where in the pattern one may be after each part of the path.
    let places = skipMany(tests, [0]);
    for (const part of path === '/' ? [] : path.slice(1).split('/')) {
      const next = places.flatMap((at) => (tests[at] === null ? [at] : tests[at]?.test(part) ? [at + 1] : []));
      if (next.length === 0) return false;
      places = skipMany(tests, next);
    }
    return places.includes(tests.length);
  };
}

/** Any number of parts may be none. */
function skipMany(tests: readonly (RegExp | null)[], places: readonly number[]): number[] {
  const all = new Set(places);
  for (const at of all) if (tests[at] === null) all.add(at + 1);
  return [...all];
}

/** The regular expression of a pattern of action names, in which `*` stands for one part and `**` for any number. */
export function actionSource(pattern: string): string {
  const parts = pattern.toLowerCase().split('.');
  const [first, ...rest] = parts.map((part) => (part === '**' ? null : wildcards(part, '[^.]*')));
  const head = first === null ? '[^.]*(?:\\.[^.]*)*' : first;
  return `^${head}${rest.map((part) => (part === null ? '(?:\\.[^.]*)*' : `\\.${part}`)).join('')}$`;
}

function partsOf(pattern: string): string[] {
  const path = pattern.normalize('NFC').toLowerCase().slice(1).replace(/\/$/, '');
  return path === '' ? [] : path.split('/');
}

const isMany = (part: string) => part === '**' || /^\[\.\.\.[^\]]+\]$/.test(part);
const isParameter = (part: string) => /^\[[^.\]][^\]]*\]$/.test(part);

function wildcards(part: string, any: string): string {
  return part.split(/\*+/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join(any);
}
