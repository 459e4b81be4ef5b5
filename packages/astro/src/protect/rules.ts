// The rules of a site in the form in which they are enforced: data that goes into the built site and into the manifest.
import type { CheckedRule } from '../options.ts';
import { AUTH_PATH } from '../paths.ts';
import { type Part, actionSource, patternMatcher, patternParts } from './pattern.ts';
import { readingsOf } from './readings.ts';

/** A rule with its patterns as regular expressions. */
export interface CompiledRule {
  /** Patterns of paths in lower case without the base. */
  paths: Part[][];
  /** Over names of actions in lower case. */
  actions: string[];
  /** One of these is needed; `null` when being signed in is enough. */
  roles: string[] | null;
  isPublic: boolean;
}

/** What a request has to satisfy. */
export type Demand =
  | { kind: 'none' }
  /** No two servers agree on what the path is. */
  | { kind: 'malformed' }
  /** Signed in, and with one role out of each of these lists. */
  | { kind: 'user'; roles: string[][] };

/** What is asked for: a page or an endpoint, and perhaps an action. */
export interface Asked {
  /** As it stands in the address. */
  pathname: string;
  /** The route that answers, such as `/posts/[id]`. */
  routePattern?: string | undefined;
  actions: string[];
}

export function compileRules(rules: readonly CheckedRule[], signIn: string): CompiledRule[] {
  const paths = [patternParts(signIn), patternParts(`${AUTH_PATH}/**`)];
  const open: CompiledRule = { paths, actions: [], roles: null, isPublic: true };
  const compiled = rules.map((rule) => ({
    paths: (rule.pattern ?? []).map(patternParts),
    actions: (rule.action ?? []).map(actionSource),
    roles: rule.role ?? null,
    isPublic: rule.public,
  }));
  // Whoever is sent to the page for signing in must be able to see it, and to sign in there.
  return rules.length === 0 ? [] : [open, ...compiled];
}

/** Decides over requests. */
export type Judge = (asked: Asked) => Demand;

export function judgeOf(rules: readonly CompiledRule[], base: string): Judge {
  if (rules.length === 0) return () => ({ kind: 'none' });
  const ready = rules.map((rule) => ({ ...rule, paths: rule.paths.map(patternMatcher), actions: rule.actions.map(regex) }));
  const open = ready.filter((rule) => rule.isPublic);
  const closed = ready.filter((rule) => !rule.isPublic);
  return ({ pathname, routePattern, actions }) => {
    const { paths, malformed } = readingsOf(pathname, base);
    if (malformed) return { kind: 'malformed' };
    const names = actions.map((name) => name.toLowerCase());
    const route = routePattern === undefined ? [] : readingsOf(encodeURI(routePattern)).paths;
    // A rule applies if any reading of the path falls under it, an exception only if all of them do.
    const applies = (rule: (typeof ready)[number]): boolean =>
      [...paths, ...route].some((path) => rule.paths.some((isAbout) => isAbout(path)));
    const isOpen = paths.every((path) => open.some((rule) => rule.paths.some((isAbout) => isAbout(path))));
    const found = closed.filter(
      (rule) =>
        (!isOpen && applies(rule)) ||
        names.some(
          (name) =>
            rule.actions.some((pattern) => pattern.test(name)) &&
            !open.some((exception) => exception.actions.some((pattern) => pattern.test(name))),
        ),
    );
    if (found.length === 0) return { kind: 'none' };
    return { kind: 'user', roles: found.flatMap((rule) => (rule.roles ? [rule.roles] : [])) };
  };
}

const regex = (source: string): RegExp => new RegExp(source, 'u');
