// Puts a world on a server with the master key, and takes it away again.
import { body } from './wire.mjs';
import { READS } from './world.mjs';

const TYPES = {
  n: { type: 'Number' },
  s: { type: 'String' },
  b: { type: 'Boolean' },
  list: { type: 'Array' },
  owner: { type: 'Pointer', targetClass: '_User' },
  team: { type: 'Array' },
};

const master = { master: true };

/** Users that live in one world after the other; a log-in for each would cost more than everything else. */
export async function signUp(server, names) {
  const users = [];
  for (const username of names) {
    const email = `${username}@example.com`;
    const fields = { username, email, password: 'secret' };
    const answer = await server.send({ method: 'POST', path: '/users', body: fields }, {});
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    users.push({ id: answer.body.objectId, token: answer.body.sessionToken, username, email });
  }
  const fields = { n: TYPES.n, friend: TYPES.owner };
  await expectOk(server.send({ method: 'PUT', path: '/schemas/_User', body: { className: '_User', fields } }, master));
  return users;
}

export async function build(server, world) {
  await server.admin(world.roles.map(createRole));
  await server.admin(world.roles.filter(role => role.children.length > 0).map(role => adoptRoles(role, world)));
  const [first, second, users] = Object.values(world.classes);
  for (const own of [first, second]) {
    const fields = { ...TYPES, ref: { type: 'Pointer', targetClass: own.other }, rel: { type: 'Relation', targetClass: own.other } };
    const content = { className: own.name, fields, classLevelPermissions: own.permissions };
    await expectOk(server.send({ method: 'POST', path: `/schemas/${own.name}`, body: content }, master));
  }
  await setUserPermissions(server, users.permissions);
  await server.admin([
    ...[first, second].flatMap(own => [...own.rows.values()].map(row => createRow(own.name, row))),
    ...[...users.rows.values()].map(row => changeRow('_User', row, row)),
  ]);
}

export async function remove(server, world) {
  await setUserPermissions(server, {});
  for (const { name } of Object.values(world.classes).filter(({ name: own }) => own !== '_User')) {
    await expectOk(server.send({ method: 'DELETE', path: `/purge/${name}` }, master));
    await expectOk(server.send({ method: 'DELETE', path: `/schemas/${name}` }, master));
  }
  await server.admin(world.roles.map(({ id }) => ({ method: 'DELETE', path: `/roles/${id}` })));
}

export const createRow = (className, row) => ({ method: 'POST', path: `/classes/${className}`, body: body(row) });

export function changeRow(className, row, fields) {
  const { objectId, ...changed } = fields;
  const path = className === '_User' ? `/users/${row.objectId}` : `/classes/${className}/${row.objectId}`;
  return { method: 'PUT', path, body: body(changed, { erases: true }) };
}

const createRole = role => ({
  method: 'POST',
  path: '/roles',
  body: {
    objectId: role.id,
    name: role.name,
    ACL: {},
    ...(role.users.length > 0 && { users: relate('_User', role.users) }),
  },
});

const adoptRoles = (role, world) => ({
  method: 'PUT',
  path: `/roles/${role.id}`,
  body: { roles: relate('_Role', role.children.map(name => world.roles.find(child => child.name === name).id)) },
});

const relate = (className, ids) => ({
  __op: 'AddRelation',
  objects: ids.map(objectId => ({ __type: 'Pointer', className, objectId })),
});

const OPEN = Object.fromEntries(
  [...READS, 'create', 'update', 'delete', 'addField'].map(operation => [operation, { '*': true }]),
);

async function setUserPermissions(server, permissions) {
  const content = { className: '_User', classLevelPermissions: { ...OPEN, protectedFields: {}, ...permissions } };
  await expectOk(server.send({ method: 'PUT', path: '/schemas/_User', body: content }, master));
}

async function expectOk(sending) {
  const answer = await sending;
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
}
