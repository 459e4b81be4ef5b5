// Finding objects by places, polygons and times that are told from now. The rows are made first, then only read.
// The reference needs the extension PostGIS in its database for distances.
import { date, geoPoint, get, post, put, query } from '../request.mjs';

const path = '/classes/Place';
const find = (name, parameters) => get(name, query(path, parameters));
/** Names of the rows a condition finds. The order is that of the ranks, and by distance where that comes first. */
const where = (name, condition) => find(name, { where: condition, keys: 'name', order: 'rank' });
const nearest = (name, condition) => find(name, { where: condition, keys: 'name' });
const row = (name, fields) => post(`row ${name}`, path, { name, ...fields });

const berlin = geoPoint(52.52, 13.405);
const near = more => ({ at: { $nearSphere: berlin, ...more } });
const within = box => ({ at: { $within: { $box: box } } });
const geoWithin = area => ({ at: { $geoWithin: area } });
const intersects = point => ({ area: { $geoIntersects: point } });
const polygon = coordinates => ({ __type: 'Polygon', coordinates });
const relative = text => ({ $relativeTime: text });

export default [
  row('berlin', { rank: 5, at: berlin, when: date('2020-01-01T00:00:00.000Z'), area: polygon([[0, 0], [0, 10], [10, 10], [10, 0]]) }),
  row('potsdam', { rank: 4, at: geoPoint(52.4, 13.06), when: date('2999-01-01T00:00:00.000Z'), area: polygon([[20, 0], [20, 5], [30, 0]]) }),
  row('munich', { rank: 3, at: geoPoint(48.14, 11.58) }),
  row('fiji', { rank: 2, at: geoPoint(-17, 179.9) }),
  row('nowhere', { rank: 1 }),

  nearest('near', near()),
  nearest('near, without __type', { at: { $nearSphere: { latitude: 52.52, longitude: 13.405 } } }),
  nearest('near and another condition', { ...near(), rank: { $gt: 3 } }),
  find('near, with limit and skip', { where: near(), keys: 'name', limit: 2, skip: 1 }),
  find('near, counted', { where: near({ $maxDistance: 0.1 }), limit: 0, count: 1 }),
  where('near, in another order', near()),
  nearest('maxDistance', near({ $maxDistance: 0.01 })),
  nearest('maxDistance of 0', near({ $maxDistance: 0 })),
  nearest('maxDistance around the earth', near({ $maxDistance: 4 })),
  nearest('maxDistance below 0', near({ $maxDistance: -1 })),
  nearest('maxDistance as text', near({ $maxDistance: 'x' })),
  nearest('maxDistanceInRadians', near({ $maxDistanceInRadians: 0.01 })),
  nearest('maxDistanceInMiles', near({ $maxDistanceInMiles: 30 })),
  nearest('maxDistanceInKilometers', near({ $maxDistanceInKilometers: 30 })),
  nearest('minDistance', near({ $minDistance: 0.01 })),
  where('maxDistance alone', { at: { $maxDistance: 1 } }),
  where('near a number', { at: { $nearSphere: 5 } }),
  where('near a list', { at: { $nearSphere: [13, 52] } }),
  where('near a place out of range', { at: { $nearSphere: geoPoint(91, 0) } }),
  where('near, on a text', { name: { $nearSphere: berlin } }),
  where('near, on an unknown field', { nothing: { $nearSphere: berlin } }),

  where('box', within([geoPoint(40, 0), geoPoint(60, 20)])),
  where('box with its corners the other way round', within([geoPoint(60, 20), geoPoint(40, 0)])),
  where('box with a corner on a place', within([geoPoint(40, 0), berlin])),
  where('box across the antimeridian', within([geoPoint(-20, 170), geoPoint(0, -170)])),
  where('box of one corner', within([geoPoint(40, 0)])),
  where('box of numbers', within([1, 2])),
  where('within without a box', { at: { $within: {} } }),

  where('polygon', geoWithin({ $polygon: [geoPoint(40, 0), geoPoint(40, 20), geoPoint(60, 20), geoPoint(60, 0)] })),
  where('polygon of pairs', geoWithin({ $polygon: [[0, 40], [20, 40], [20, 60], [0, 60]] })),
  where('Polygon', geoWithin({ $polygon: polygon([[0, 40], [20, 40], [20, 60], [0, 60]]) })),
  where('Polygon with latitudes first', geoWithin({ $polygon: polygon([[40, 0], [40, 20], [60, 20], [60, 0]]) })),
  where('polygon of two places', geoWithin({ $polygon: [geoPoint(0, 0), geoPoint(1, 1)] })),
  where('Polygon of two places', geoWithin({ $polygon: polygon([[0, 0], [1, 1]]) })),
  where('polygon as number', geoWithin({ $polygon: 5 })),
  where('polygon of numbers', geoWithin({ $polygon: [1, 2, 3] })),
  where('polygon with a place out of range', geoWithin({ $polygon: [geoPoint(0, 0), geoPoint(0, 1), geoPoint(91, 1)] })),
  where('center sphere', geoWithin({ $centerSphere: [berlin, 0.01] })),
  where('center sphere of a pair', geoWithin({ $centerSphere: [[13.405, 52.52], 0.01] })),
  where('center sphere as number', geoWithin({ $centerSphere: 5 })),
  where('center sphere without distance', geoWithin({ $centerSphere: [berlin] })),
  where('center sphere of a number', geoWithin({ $centerSphere: [5, 1] })),
  where('center sphere, distance below 0', geoWithin({ $centerSphere: [berlin, -1] })),
  where('center sphere, distance as text', geoWithin({ $centerSphere: [berlin, 'x'] })),
  where('center sphere out of range', geoWithin({ $centerSphere: [[13, 91], 1] })),
  where('geoWithin without an area', geoWithin({})),
  where('geoWithin of a number', geoWithin(5)),

  where('intersects', intersects({ $point: geoPoint(5, 5) })),
  where('intersects on an edge', intersects({ $point: geoPoint(0, 5) })),
  where('intersects another', intersects({ $point: geoPoint(21, 1) })),
  where('intersects nothing', intersects({ $point: geoPoint(-5, 5) })),
  where('intersects a number', intersects({ $point: 5 })),
  where('intersects without __type', intersects({ $point: { latitude: 5, longitude: 5 } })),
  where('intersects out of range', intersects({ $point: geoPoint(91, 5) })),
  where('intersects without a point', intersects({})),
  where('intersects on a GeoPoint', { at: { $geoIntersects: { $point: berlin } } }),

  where('before a week ago', { when: { $lt: relative('1 week ago') } }),
  where('after now', { when: { $gt: relative('now') } }),
  where('at most two days ahead', { when: { $lte: relative('in 2 days') } }),
  where('at least an hour ago', { createdAt: { $gte: relative('1 hr 2 mins ago') } }),
  where('now in capitals', { when: { $gte: relative('NOW') } }),
  where('relative time of nothing', { when: { $lt: relative('') } }),
  where('relative time as number', { when: { $lt: relative(5) } }),
  where('relative time without direction', { when: { $lt: relative('1 week') } }),
  where('relative time with two directions', { when: { $lt: relative('in 1 week ago') } }),
  where('relative time without number', { when: { $lt: relative('in week') } }),
  where('relative time with a bad number', { when: { $lt: relative('in x weeks') } }),
  where('relative time with a fraction', { when: { $lt: relative('in 1.5 days') } }),
  where('relative time with a bad unit', { when: { $lt: relative('in 1 eon') } }),
  where('relative time too far', { when: { $lt: relative('in 99999999999999999 years') } }),
  where('relative time on a text', { name: { $lt: relative('now') } }),
  where('relative time on an unknown field', { nothing: { $lt: relative('now') } }),
  where('relative time, equal', { when: { $eq: relative('now') } }),
  where('relative time, not equal', { when: { $ne: relative('now') } }),
  where('relative time, exists', { when: { $exists: relative('now') } }),
  where('relative time in a list', { when: { $in: [relative('now')] } }),
  where('relative time alone', { when: relative('now') }),

  put('index of places', '/schemas/Place', { indexes: { spots: { at: '2dsphere' } } }, { keys: 'master' }),
  nearest('near, with an index', near({ $maxDistance: 0.01 })),
];
