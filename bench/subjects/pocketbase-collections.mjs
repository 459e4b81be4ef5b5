// The collections of the data set as PocketBase knows them. A rule is who may do what: empty is everybody, and what does
// not hold is as if it were not there, which is what access control lists do in Parse.
const mine = 'owner = @request.auth.id';
const text = (name) => ({ name, type: 'text' });
const owner = { name: 'owner', type: 'relation', collectionId: '_pb_users_auth_', maxSelect: 1 };
const dates = [
  { name: 'created', type: 'autodate', onCreate: true },
  { name: 'updated', type: 'autodate', onCreate: true, onUpdate: true },
];
const score = { name: 'score', type: 'number' };
const noteFields = [
  text('title'), text('text'), text('category'), score, { name: 'done', type: 'bool' }, { name: 'public', type: 'bool' }, owner, ...dates,
];
const ownerIndex = (name) => [`CREATE INDEX idx_${name}_owner ON ${name} (owner)`];
const noteIndexes = (name) => [
  `CREATE INDEX idx_${name}_score ON ${name} (score)`,
  `CREATE INDEX idx_${name}_category ON ${name} (category)`,
  ...ownerIndex(name),
];
const writes = { createRule: `@request.auth.id != "" && ${mine}`, updateRule: mine, deleteRule: mine };
const readable = `public = true || ${mine}`;

export const collections = [
  { name: 'notes', type: 'base', fields: noteFields, indexes: noteIndexes('notes'), listRule: readable, viewRule: readable, ...writes },
  { name: 'created', type: 'base', fields: noteFields, indexes: ownerIndex('created'), listRule: readable, viewRule: readable, ...writes },
  {
    name: 'created_indexed', type: 'base', fields: noteFields, indexes: noteIndexes('created_indexed'), listRule: readable,
    viewRule: readable, ...writes,
  },
  {
    name: 'events', type: 'base', fields: [text('title'), score, owner, ...dates], listRule: mine, viewRule: mine, ...writes,
    indexes: ['CREATE INDEX idx_events_owner_score ON events (owner, score)', 'CREATE INDEX idx_events_score ON events (score)'],
  },
];
