// The conditions the worlds use: whether a row meets them, and which fields they look at.
//
// A condition is what clients send, except that a pointer is { to, id } until `wire.mjs` writes it down.

const isPointer = value => typeof value === 'object' && value !== null && 'to' in value;
const same = (a, b) => (isPointer(a) && isPointer(b) ? a.to === b.to && a.id === b.id : a === b);

/** A list is equal to what it holds. */
const equals = (value, operand) => (Array.isArray(value) ? value.some(item => same(item, operand)) : same(value, operand));

const comparable = (value, operand) => !Array.isArray(value) && typeof value === typeof operand;

const tests = {
  $eq: (value, operand) => equals(value, operand),
  $ne: (value, operand) => !equals(value, operand),
  $in: (value, operands) => operands.some(operand => equals(value, operand)),
  $nin: (value, operands) => !operands.some(operand => equals(value, operand)),
  $lt: (value, operand) => comparable(value, operand) && value < operand,
  $lte: (value, operand) => comparable(value, operand) && value <= operand,
  $gt: (value, operand) => comparable(value, operand) && value > operand,
  $gte: (value, operand) => comparable(value, operand) && value >= operand,
  $exists: (value, wanted) => (value !== undefined) === wanted,
  $all: (value, operands) => operands.every(operand => Array.isArray(value) && equals(value, operand)),
  $regex: (value, pattern) => typeof value === 'string' && new RegExp(pattern).test(value),
  $text: (value, { $search }) => value === $search.$term,
  $inQuery: (value, { className }, rows) => rows.some(row => equals(value, { to: className, id: row.objectId })),
  $notInQuery: (value, { className }, rows) => !rows.some(row => equals(value, { to: className, id: row.objectId })),
  $select: (value, { key }, rows) => value !== undefined && rows.some(row => row[key] === value),
  $dontSelect: (value, { key }, rows) => value === undefined || !rows.some(row => row[key] === value),
};

/** `subquery` gives the rows of `{ className, where }` that the caller may find. */
export function matches(row, where, subquery) {
  return Object.entries(where).every(([key, test]) => {
    if (key === '$or') return test.some(part => matches(row, part, subquery));
    if (key === '$and') return test.every(part => matches(row, part, subquery));
    if (key === '$nor') return !test.some(part => matches(row, part, subquery));
    return fieldMatches(row[key], test, subquery);
  });
}

function fieldMatches(value, test, subquery) {
  if (typeof test !== 'object' || isPointer(test)) return equals(value, test);
  return Object.entries(test).every(([operator, operand]) => {
    const inner = operand?.query ?? operand;
    return tests[operator](value, operator.includes('elect') ? operand : inner, inner?.className && subquery(inner));
  });
}

/** The fields a question looks at: `own` of its class, and the questions inside of it. */
export function namedFields({ where = {}, order = [] }) {
  const own = [...order];
  const inner = [];
  for (const [key, test] of Object.entries(where)) {
    if (key.startsWith('$')) {
      for (const part of test) {
        const named = namedFields({ where: part });
        own.push(...named.own);
        inner.push(...named.inner);
      }
      continue;
    }
    own.push(key);
    if (typeof test !== 'object' || isPointer(test)) continue;
    for (const operand of Object.values(test)) {
      if (operand?.query) inner.push({ ...operand.query, key: operand.key });
      else if (operand?.className) inner.push(operand);
    }
  }
  return { own, inner };
}
