// The generated Zod schemas in forms: alone before a create, and in the real vee-validate through Standard Schema.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { useForm } from 'vee-validate';
import { createRenderer, defineComponent } from 'vue';
import { failure, generate, startWithClasses } from './harness.mjs';

let server;
let todos;
let schemas;
before(async () => {
  server = await startWithClasses();
  todos = server.client().class('Todo');
  const folder = await generate('forms');
  const outfile = join(folder, 'zod.mjs');
  await build({ entryPoints: [join(folder, 'zod.ts')], outfile, format: 'esm', logLevel: 'silent' });
  ({ schemas } = await import(pathToFileURL(outfile)));
});
after(() => server?.stop());

test('what a schema lets through is what the server takes, in the form of the form', async () => {
  const parsed = schemas.Todo.create.safeParse({ title: 'parsed', due: new Date(5), raw: Uint8Array.of(1) });
  assert.ok(parsed.success, String(parsed.error));
  const made = await todos.create(parsed.data);
  const read = await todos.get(made.objectId);
  assert.deepEqual([made.due, read.due, read.raw], [new Date(5), new Date(5), Uint8Array.of(1)]);
  await todos.update(made.objectId, schemas.Todo.update.parse({ due: new Date(6), votes: { __op: 'Increment', amount: 1 } }));
  assert.deepEqual((await todos.get(made.objectId)).due, new Date(6));
});

test('what a schema refuses, the server refuses', async () => {
  for (const values of [{}, { title: '' }, { title: 'x', votes: '1' }, { title: 'x', place: { __type: 'GeoPoint', latitude: 91, longitude: 0 } }]) {
    assert.equal(schemas.Todo.create.safeParse(values).success, false);
    const error = await failure(todos.create(values));
    assert.equal(error.status, 400, JSON.stringify(values));
  }
});

test('a schema is a Standard Schema', async () => {
  const { version, vendor, validate } = schemas.Todo.create['~standard'];
  assert.deepEqual([version, vendor], [1, 'zod']);
  const { issues } = await validate({ votes: 1 });
  assert.deepEqual(issues.map(({ path }) => path), [['title']]);
});

/** Sets a component up as in a page, in a renderer that draws nothing. */
function mounted(setup) {
  const node = () => ({});
  const nothing = () => {};
  const { createApp } = createRenderer({
    createElement: node, createText: node, createComment: node, insert: nothing, remove: nothing, patchProp: nothing,
    setElementText: nothing, setText: nothing, parentNode: () => null, nextSibling: () => null,
  });
  let exposed;
  const app = createApp(defineComponent({
    setup() {
      exposed = setup();
      return () => null;
    },
  }));
  app.mount({});
  return { ...exposed, unmount: () => app.unmount() };
}

test('vee-validate validates with it, and its values can be sent', async () => {
  const form = mounted(() => useForm({ validationSchema: schemas.Todo.create }));
  const made = [];
  const invalid = [];
  const submit = form.handleSubmit(
    async (values) => made.push(await todos.create(values)),
    ({ errors }) => invalid.push(errors),
  );
  form.setValues({ votes: 'many' });
  await submit();
  assert.deepEqual([made.length, Object.keys(invalid[0]).sort()], [0, ['title', 'votes']]);
  assert.ok(form.errors.value.title, 'the field has its message');
  form.setValues({ title: 'from a form', votes: 2, due: new Date(7) });
  await submit();
  assert.deepEqual(form.errors.value, {});
  const read = await todos.get(made[0].objectId);
  assert.deepEqual([read.title, read.votes, read.due], ['from a form', 2, new Date(7)]);
  form.unmount();
});
