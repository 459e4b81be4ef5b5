// Sites that are files: content that is read at build time, and what a build refuses.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LEAST, build, makeSite, startEmptyBackend } from './harness.mjs';

test('a collection is what everybody may see; the next build takes over what has changed, and what has gone', async () => {
  const backend = await startEmptyBackend();
  const call = async (method, path, body) => {
    const response = await fetch(`${backend.url}/parse${path}`, {
      method,
      headers: { 'X-Parse-Application-Id': backend.keys.appId, 'X-Parse-Master-Key': backend.keys.masterKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, await response.clone().text());
    return response.json();
  };
  const everybody = { '*': { read: true } };
  const first = await call('POST', '/classes/Post', { title: 'First', ACL: everybody });
  const second = await call('POST', '/classes/Post', { title: 'Second', ACL: everybody });
  await call('POST', '/classes/Post', { title: 'A draft', ACL: {} });
  const folder = makeSite({
    ...LEAST,
    'src/content.config.ts': `import { objects } from '@astrolabe/astro/loaders';
import { defineCollection } from 'astro:content';

export const collections = { posts: defineCollection({ loader: objects('Post') }) };
`,
    'src/pages/index.astro': `---
import { getCollection } from 'astro:content';

const posts = (await getCollection('posts')).sort((a, b) => String(a.data.title).localeCompare(String(b.data.title)));
---

<ul>{posts.map((post) => <li data-id={post.id}>{post.data.title} of {post.data.createdAt.getUTCFullYear()}</li>)}</ul>
`,
  });
  const titles = () => [...readFileSync(join(folder, 'dist', 'index.html'), 'utf8').matchAll(/<li[^>]*>([^<]*) of \d{4}</g)].map(([, title]) => title);
  await build(folder, backend.env);
  assert.deepEqual(titles(), ['First', 'Second']);
  await call('PUT', `/classes/Post/${first.objectId}`, { title: 'First, again' });
  await call('DELETE', `/classes/Post/${second.objectId}`);
  await call('POST', '/classes/Post', { title: 'Third', ACL: everybody });
  await build(folder, backend.env);
  assert.deepEqual(titles(), ['First, again', 'Third']);
});

test('a build in which a rule is about a prerendered page fails, unless a server in front enforces it', async () => {
  const config = (more) => LEAST['astro.config.mjs'].replace('astrolabe()', `astrolabe({ protect: [{ pattern: '/members/**' }]${more} })`);
  const page = '<html lang="en"><head><title>Members</title></head><body>Members</body></html>\n';
  const folder = makeSite({ ...LEAST, 'astro.config.mjs': config(''), 'src/pages/members/index.astro': page });
  await assert.rejects(build(folder));
  writeFileSync(join(folder, 'astro.config.mjs'), config(", prerendered: 'host'"));
  await build(folder);
  const { pages, rules } = JSON.parse(readFileSync(join(folder, 'dist', 'astrolabe.json'), 'utf8'));
  assert.ok(pages.includes('/members'));
  assert.ok(rules.some(({ paths }) => paths.includes('^/members(?:/[^/]*)*$')));
});
