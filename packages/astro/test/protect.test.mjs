// The rules as functions: which paths a pattern is about however they are written, where somebody may be sent, and what
// the integration refuses to be told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from '../dist/options.js';
import { actionSource, patternMatcher, patternParts, patternProblem, sourceOf } from '../dist/protect/pattern.js';
import { refusePrerendered } from '../dist/protect/prerendered.js';
import { readingsOf } from '../dist/protect/readings.js';
import { safeReturnPath, signInAddress } from '../dist/protect/return-path.js';
import { compileRules, judgeOf } from '../dist/protect/rules.js';

const judge = (protect, base = '/') => {
  const options = readOptions({ protect });
  return judgeOf(compileRules(options.protect, options.signIn), base);
};
const kindOf = (decide, pathname, more = {}) => decide({ pathname, actions: [], ...more }).kind;

test('a pattern is about its paths and no others', () => {
  const cases = [
    ['/admin', ['/admin'], ['/', '/admin/x', '/administrator', '/x/admin']],
    ['/admin/**', ['/admin', '/admin/x', '/admin/x/y'], ['/administrator', '/', '/x/admin/y']],
    ['/admin/*', ['/admin/x'], ['/admin', '/admin/x/y']],
    ['/posts/[id]/edit', ['/posts/1/edit'], ['/posts/edit', '/posts/1/2/edit']],
    ['/docs/[...path]', ['/docs', '/docs/a/b'], ['/doc']],
    ['/files/*.pdf', ['/files/a.pdf', '/files/.pdf'], ['/files/apdf', '/files/x/a.pdf']],
    ['/v[major]/x', ['/v1/x'], ['/w1/x']],
    ['/**/edit', ['/edit', '/a/edit', '/a/b/edit'], ['/editor', '/a/edit/b']],
    ['/**', ['/', '/a', '/a/b'], []],
    ['/', ['/'], ['/a']],
    ['/a.b+c', ['/a.b+c'], ['/aXb+c', '/a.bbc']],
    ['/Straße', ['/straße'], ['/strasse']],
  ];
  for (const [pattern, matching, others] of cases) {
    const parts = patternParts(pattern);
    // What runs here, and what the manifest says to a server in front of the site.
    for (const isAbout of [patternMatcher(parts), (path) => new RegExp(sourceOf(parts), 'u').test(path)]) {
      for (const path of matching) assert.ok(isAbout(path), `${pattern} is about ${path}`);
      for (const path of others) assert.ok(!isAbout(path), `${pattern} is not about ${path}`);
    }
  }
});

test('a pattern of actions is about their names', () => {
  const cases = [
    ['admin.*', ['admin.remove'], ['admin', 'admin.users.remove', 'administrator.x']],
    ['admin.**', ['admin', 'admin.remove', 'admin.users.remove'], ['administrator.x']],
    ['**', ['a', 'a.b'], []],
    ['likeIt', ['likeit'], ['likeit.x']],
  ];
  for (const [pattern, matching, others] of cases) {
    const regex = new RegExp(actionSource(pattern), 'u');
    for (const name of matching) assert.ok(regex.test(name), `${pattern} is about ${name}`);
    for (const name of others) assert.ok(!regex.test(name), `${pattern} is not about ${name}`);
  }
});

test('no way of writing a path gets around its rule', () => {
  const decide = judge([{ pattern: '/admin/**', role: 'Admins' }]);
  const spellings = [
    '/admin', '/admin/', '/admin/users', '//admin', '///admin//users', '/Admin', '/ADMIN/users', '/%61dmin', '/%2561dmin',
    '/%252561dmin', '/admin%2Fusers', '/x%2f..%2fadmin', '/x/../admin', '/x/%2e%2e/admin', '/.%2Fadmin', '/./admin',
    '\\admin', '/%5Cadmin', '/x%5c..%5cadmin', '/admin.html', '/admin/index.html', '/admin/index', '/admin%2findex.html',
    '/admin/../admin/x', '/public/..%2Fadmin', '/admin%2f..%2fpublic', '/ad%6Din%2F', '/admin/x%00', '/admin%23', '/admin/%3Fx',
  ];
  for (const path of spellings) assert.notEqual(kindOf(decide, path), 'none', path);
  for (const path of ['/', '/administrator', '/public', '/x/admin2', '/%61dministrator']) {
    assert.equal(kindOf(decide, path), 'none', path);
  }
});

test('what cannot be read is refused rather than guessed', () => {
  const decide = judge([{ pattern: '/admin/**' }]);
  const deep = `/${encodeURIComponent('/admin')}`;
  let often = deep;
  for (let times = 0; times < 12; times += 1) often = often.replaceAll('%', '%25');
  for (const path of ['/%', '/%zz', '/%e0%a4', often]) assert.equal(kindOf(decide, path), 'malformed', path);
  assert.equal(kindOf(decide, '/100%25'), 'none', 'a percent sign that was encoded once');
});

test('below a base the patterns are those of the pages', () => {
  const decide = judge([{ pattern: '/admin/**' }], '/shop/');
  for (const path of ['/shop/admin', '/shop/admin/x', '/SHOP/admin', '/shop//admin', '/%73hop/admin', '/admin']) {
    assert.equal(kindOf(decide, path), 'user', path);
  }
  for (const path of ['/shop', '/shop/', '/shopadmin', '/shop/x']) assert.equal(kindOf(decide, path), 'none', path);
});

test('an exception counts only where every reading of the path falls under it', () => {
  const decide = judge([{ pattern: '/**', role: 'Staff' }, { pattern: ['/help/**', '/about'], public: true }]);
  for (const path of ['/help', '/help/x', '/about', '/about/', '/account', '/api/auth/sign-in/email']) {
    assert.equal(kindOf(decide, path), 'none', path);
  }
  for (const path of ['/', '/x', '/help%2f..%2fsecret', '/about/..%2Fsecret', '/api/auth/..%2f..%2fsecret', '/aboutx']) {
    assert.equal(kindOf(decide, path), 'user', path);
  }
});

test('rules add up, the route counts beside the address, and actions count wherever they are sent', () => {
  const decide = judge([
    { pattern: '/admin/**', role: ['Admins', 'Staff'] },
    { pattern: '/admin/money/**', role: 'Accountants' },
    { action: 'admin.**', role: 'Admins' },
    { action: 'admin.ping', public: true },
  ]);
  assert.deepEqual(decide({ pathname: '/admin/money', actions: [] }), {
    kind: 'user',
    roles: [['Admins', 'Staff'], ['Accountants']],
  });
  assert.equal(kindOf(decide, '/elsewhere', { routePattern: '/admin/[...path]' }), 'user');
  assert.equal(kindOf(decide, '/elsewhere', { routePattern: '/posts/[id]' }), 'none');
  assert.deepEqual(decide({ pathname: '/', actions: ['admin.remove'] }), { kind: 'user', roles: [['Admins']] });
  assert.deepEqual(decide({ pathname: '/', actions: ['harmless', 'Admin.Remove'] }), { kind: 'user', roles: [['Admins']] });
  assert.equal(kindOf(decide, '/', { actions: ['admin.ping'] }), 'none');
  assert.equal(kindOf(decide, '/', { actions: ['harmless'] }), 'none');
});

test('without rules nothing is refused', () => {
  assert.equal(kindOf(judge([]), '/%zz'), 'none');
});

test('after signing in people go to a path of this site', () => {
  for (const path of ['/', '/a?b=c#d', '/a/b', '/%2f%2fx', '/a//b']) assert.equal(safeReturnPath(path), path);
  const elsewhere = [
    undefined, null, '', 'x', 'https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example',
    '/\n/evil.example', '/\u0000/x', 'javascript:alert(1)', '/..//evil.example', '/.//evil.example', `/${'a'.repeat(3000)}`, ' //evil.example',
  ];
  for (const path of elsewhere) assert.equal(safeReturnPath(path, '/home'), '/home', JSON.stringify(path));
  assert.equal(signInAddress('/account', '/a?b=c&d'), '/account?returnTo=%2Fa%3Fb%3Dc%26d');
  assert.equal(signInAddress('/account', '/'), '/account');
});

test('a protected page that is a file stops the build', () => {
  const options = readOptions({ protect: [{ pattern: '/members/**' }] });
  const rules = compileRules(options.protect, options.signIn);
  assert.throws(() => refusePrerendered(rules, ['/', '/members/x']), /\/members\/x.*prerender = false/s);
  refusePrerendered(rules, ['/', '/about', '/404', '/500']);
});

test('options that are not right are named', () => {
  const cases = [
    [{ protect: [{ pattern: 'admin' }] }, /protect\.0\.pattern.*begin with a slash/s],
    [{ protect: [{ pattern: '/a%2fb' }] }, /decoded path/],
    [{ protect: [{ pattern: '/a/x**' }] }, /part of its own/],
    [{ protect: [{ pattern: '/a//b' }] }, /empty part/],
    [{ protect: [{ pattern: '/a/../b' }] }, /relative part/],
    [{ protect: [{ pattern: '/**/**/**/**' }] }, /more than 3/],
    [{ protect: [{}] }, /names a pattern or an action/],
    [{ protect: [{ pattern: '/a', public: true, role: 'x' }] }, /public rule has no role/],
    [{ signIn: '//evil.example' }, /path of this site/],
    [{ signIn: 'https://evil.example' }, /path of this site/],
    [{ protected: [] }, /protected/],
    [{ backend: { port: 0 } }, /backend/],
  ];
  for (const [options, message] of cases) assert.throws(() => readOptions(options), message, JSON.stringify(options));
  assert.deepEqual(readOptions(undefined), readOptions({}));
  assert.equal(patternProblem('/a/[id]/**'), undefined);
});

test('a long path does not keep the server busy', () => {
  const decide = judge([{ pattern: '/**/a/**/b/**/c' }]);
  const started = performance.now();
  for (const path of [`/${'a/'.repeat(4000)}`, `/${'a/b/'.repeat(2000)}`, '/'.repeat(8000), `/${'%2f'.repeat(4000)}`]) {
    assert.equal(kindOf(decide, path), 'none');
  }
  assert.ok(performance.now() - started < 5000);
});
