// The ways in which somebody may read a path. Servers, proxies and frameworks differ in how often they decode, what they
// make of doubled and encoded slashes, and what they cut off; whoever protects a path has to expect every one of them.

const DECODED_MAX = 10;

export interface Readings {
  /** Paths in lower case without the base, each beginning with a slash and not ending with one. */
  paths: string[];
  /** No two servers agree on what this path is. */
  malformed: boolean;
}

/** Every reading of `pathname`, as it stands in an address, of a site below `base`. */
export function readingsOf(pathname: string, base = '/'): Readings {
  const { texts, malformed } = decoded(pathname);
  const paths = new Set<string>();
  for (const text of [...texts, ...[...texts].map((text) => text.replace(/[?#;].*$/su, ''))]) {
    for (const form of [slashed(text), resolved(slashed(text))]) {
      for (const path of [form, belowBase(form, base)]) addEndings(paths, path.normalize('NFC').toLowerCase());
    }
  }
  return { paths: [...paths], malformed };
}

function decoded(pathname: string): { texts: Set<string>; malformed: boolean } {
  const texts = new Set([pathname]);
  let text = pathname;
  for (let times = 0; times < DECODED_MAX; times += 1) {
    let next: string;
    try {
      next = decodeURIComponent(text);
    } catch {
      // A percent sign that was written as %25 may be left over from a proper decoding.
      return { texts, malformed: times === 0 };
    }
    if (next === text) return { texts, malformed: next.includes('\0') };
    texts.add(next);
    text = next;
  }
  return { texts, malformed: true };
}

/** Backslashes are slashes, and several slashes are one. */
const slashed = (text: string) => `/${text}`.replace(/[/\\]+/g, '/');

/** Without `.` and `..`. */
function resolved(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '.' && part !== '') kept.push(part);
  }
  return `/${kept.join('/')}`;
}

function belowBase(path: string, base: string): string {
  const prefix = base.replace(/\/+$/, '');
  if (prefix === '') return path;
  const isBelow = path.toLowerCase().startsWith(`${prefix.toLowerCase()}/`) || path.toLowerCase() === prefix.toLowerCase();
  return isBelow ? path.slice(prefix.length) || '/' : path;
}

/** With and without what a file server adds by itself. */
function addEndings(paths: Set<string>, path: string): void {
  const plain = path.replace(/\/+$/, '') || '/';
  paths.add(plain);
  paths.add(plain.replace(/\.html?$/, '') || '/');
  paths.add(plain.replace(/\/index(?:\.html?)?$/, '') || '/');
}
