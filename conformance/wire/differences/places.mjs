// Differences of the topic `places`; see ../differences.mjs.
import assert from 'node:assert/strict';
import { refused, badQuery, found } from './answers.mjs';
import { BROKEN, TYPE, UNITS, NO_PLACE } from './reasons.mjs';

export default {
  'near, in another order': found('an order that is given counts, as on MongoDB', 'fiji', 'munich', 'potsdam', 'berlin'),
  'maxDistance below 0': badQuery(NO_PLACE),
  'maxDistance as text': badQuery(NO_PLACE),
  maxDistanceInRadians: found(UNITS, 'berlin', 'potsdam'),
  maxDistanceInMiles: found(UNITS, 'berlin', 'potsdam'),
  maxDistanceInKilometers: found(UNITS, 'berlin', 'potsdam'),
  minDistance: badQuery('an operator that is unknown on MongoDB is refused here too'),
  'near a number': badQuery(NO_PLACE),
  'near a list': badQuery(NO_PLACE),
  'near a place out of range': badQuery(NO_PLACE),
  'near, on a text': found(TYPE),
  'box of one corner': badQuery(BROKEN),
  'box of numbers': badQuery(BROKEN),
  'polygon with a place out of range': badQuery(BROKEN),
  'center sphere out of range': badQuery(BROKEN),
  'intersects out of range': badQuery(BROKEN),
  'intersects on a GeoPoint': found(TYPE),
  'relative time of nothing': badQuery(BROKEN),
  'relative time as number': badQuery(BROKEN),
  'relative time too far': badQuery(BROKEN),
  'relative time on an unknown field': badQuery(BROKEN),
  'relative time in a list': badQuery(BROKEN),
  'index of places': {
    because: BROKEN,
    status: 200,
    check: body => assert.deepEqual(body.indexes, { spots: { at: '2dsphere' } }),
  },
};
