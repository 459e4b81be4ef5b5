// Reads and writes of a typed client. `tsc` has to accept every line but those that say it must not.
import {
  type Pointer,
  type Where,
  addRelation,
  addUnique,
  createClient,
  geoPoint,
  increment,
  isAstrolabeError,
  pointer,
  removeRelation,
  unset,
} from '@astrolabe/client';
import type { Classes, Todo, User } from '../generated/types/client.ts';
import { schemas } from '../generated/types/zod.ts';
import { expectType } from './equal.ts';

const client = createClient<Classes>({ url: '/parse', appId: 'a' });
const todos = client.class('Todo');
const list = pointer('List', 'abc');

export async function reads(): Promise<void> {
  const [plain] = await todos.find();
  expectType<Pointer<'List'> | undefined>()(plain?.list, true);
  expectType<Date | undefined>()(plain?.createdAt, true);
  expectType<Uint8Array | undefined>()(plain?.raw, true);

  const [included] = await todos.find({ include: ['list'] });
  expectType<string | undefined>()(included?.list?.name, true);
  expectType<Pointer<'_User'> | undefined>()(included?.list?.owner, true);
  const [deep] = await todos.find({ include: ['list.owner'], keys: ['title', 'list'] });
  expectType<string | undefined>()(deep?.list?.owner?.username, true);
  // @ts-expect-error: this key was not read
  deep?.votes;
  const some = await todos.first({ include: ['list'], keys: ['list.name'] });
  expectType<string | undefined>()(some?.list?.name, true);
  // @ts-expect-error: of the list only the name was read
  some?.list?.owner;
  // @ts-expect-error: this is no pointer
  await todos.find({ include: ['title'] });
  // @ts-expect-error: lists have no such pointer
  await todos.find({ include: ['list.nothing'] });
  // @ts-expect-error: there is no such field
  await todos.find({ keys: ['nothing'] });
  // @ts-expect-error: there is no such class
  client.class('Nothing');

  const one = await todos.get('abc', { include: ['list'] });
  expectType<string | undefined>()(one.list?.name, true);
  const { results, count } = await todos.findAndCount({ keys: ['title'] });
  expectType<number>()(count, true);
  expectType<string | undefined>()(results[0]?.title, true);
  expectType<Date[]>()(await todos.distinct('due'), true);
  expectType<unknown[]>()(await todos.distinct('tags'), true);
}

export const conditions: Where<Classes, Todo>[] = [
  {
    title: 'x',
    done: true,
    votes: { $gt: 1, $lte: 5 },
    due: { $lt: new Date(), $gte: { $relativeTime: '3 days ago' } },
  },
  { title: { $regex: '^a', $options: 'i' }, tags: 'a', 'info.zip': { $in: ['1'] }, votes: null },
  { list, $or: [{ title: { $exists: true } }, { title: { $text: { $search: { $term: 'x' } } } }] },
  {
    list: {
      $inQuery: {
        className: 'List',
        where: { name: 'x', owner: { $inQuery: { className: '_User', where: { username: 'a' } } } },
      },
    },
  },
  { title: { $select: { query: { className: 'List', where: { name: 'x' } }, key: 'name' } } },
  { place: { $nearSphere: geoPoint(1, 2), $maxDistanceInKilometers: 5 }, tags: { $all: ['a', 1] } },
  { others: list, $relatedTo: { object: pointer('Todo', 'abc'), key: 'others' }, createdAt: { $gt: new Date() } },
  // @ts-expect-error: there is no such field
  { nothing: 1 },
  // @ts-expect-error: a text is no number
  { votes: { $gt: 'x' } },
  // @ts-expect-error: there is no such operator
  { votes: { $bigger: 1 } },
  // @ts-expect-error: a pointer to another class
  { list: pointer('Todo', 'abc') },
  // @ts-expect-error: lists have no title
  { list: { $inQuery: { className: 'List', where: { title: 'x' } } } },
  // @ts-expect-error: a query of another class
  { list: { $inQuery: { className: 'Todo' } } },
  // @ts-expect-error: texts have no places
  { title: { $nearSphere: geoPoint(1, 2) } },
];

export async function writes(): Promise<void> {
  const made = await todos.create({ title: 'x', due: new Date(), raw: new Uint8Array(), list, votes: null });
  expectType<Todo>()(made, true);
  // @ts-expect-error: the title is required
  await todos.create({ done: true });
  // @ts-expect-error: an id is no pointer
  await todos.create({ title: 'x', list: 'abc' });
  // @ts-expect-error: there is no such field
  await todos.create({ title: 'x', nothing: 1 });
  const answer = await todos.update(made.objectId, {
    votes: increment(),
    tags: addUnique('a'),
    others: addRelation(list),
  });
  expectType<Date>()(answer.updatedAt, true);
  await todos.update(
    made.objectId,
    { due: unset(), others: removeRelation(list), 'info.a': 1 },
    { where: { version: 1 } },
  );
  // @ts-expect-error: a required field cannot be taken away
  await todos.update(made.objectId, { title: unset() });
  // @ts-expect-error: a text is not increased
  await todos.update(made.objectId, { title: increment() });
  // @ts-expect-error: a relation with another class
  await todos.update(made.objectId, { others: addRelation(pointer('Todo', 'abc')) });
  const read = await todos.get(made.objectId, { include: ['list'] });
  await todos.update(made.objectId, { list: read.list });

  const { write } = client;
  const outcomes = await client.batch([write.create('Todo', { title: 'x' }), write.delete('List', 'abc')]);
  if (outcomes[0].ok) expectType<Todo>()(outcomes[0].value, true);
  else expectType<number | undefined>()(outcomes[0].error.code, true);
  const [todo, nothing] = await client.transaction([
    write.create('Todo', { title: 'x' }),
    write.delete('List', 'abc', { where: { name: 'x' } }),
  ]);
  expectType<Todo>()(todo, true);
  expectType<void>()(nothing, true);
  // @ts-expect-error: lists have no title
  write.create('List', { title: 'x' });
}

export async function accounts(): Promise<void> {
  const user = await client.users.signUp({ username: 'ada', password: 'secret' });
  expectType<User>()(user, true);
  // @ts-expect-error: passwords are never read
  user.password;
  expectType<User | null>()(await client.users.current(), true);
  await client.users.signUp({ email: 'a@example.com', name: 'Ada', password: 'secret' });
  // @ts-expect-error: a password is needed
  await client.users.signUp({ username: 'ada' });
  // @ts-expect-error: a name or an address is needed
  await client.users.logIn({ password: 'secret' });
  await client.users.logIn({ email: 'a@example.com', password: 'secret' });
}

/** What a schema lets through can be sent. */
export async function forms(values: unknown): Promise<void> {
  const parsed = schemas.Todo.create.safeParse(values);
  if (parsed.success) await todos.create(parsed.data);
  const changes = schemas.Todo.update.parse(values);
  await todos.update('abc', changes);
}

export async function untyped(error: unknown): Promise<void> {
  const client = createClient({ url: '/parse', appId: 'a' });
  const [row] = await client.class('Anything').find({ where: { any: { $gt: 1 } }, include: ['a.b'], order: '-any' });
  expectType<unknown>()(row?.['any'], true);
  expectType<string | undefined>()(row?.objectId, true);
  await client.class('Anything').create({ any: 1 });
  if (isAstrolabeError(error, 'object_not_found')) expectType<number>()(error.status, true);
  // @ts-expect-error: there is no such kind of error
  isAstrolabeError(error, 'nothing');
}
