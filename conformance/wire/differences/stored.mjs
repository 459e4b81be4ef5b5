// Differences of the topic `stored`; see ../differences.mjs.
import { refused, updated, holds } from './answers.mjs';
import { BROKEN, POSTGRES, ORDER, BESIDE, AS_VALUE } from './reasons.mjs';

export default {
  'AddUnique of a number and its text: change': { because: ORDER, ...updated({ l: [1, '1'] }) },
  'AddUnique of a number and its text: read': holds(ORDER, { l: [1, '1'] }),
  'AddUnique to a list with duplicates: change': { because: ORDER, ...updated({ l: [1, 1] }) },
  'AddUnique to a list with duplicates: read': holds(ORDER, { l: [1, 1] }),
  'dotted set at depth: read': holds(BESIDE, { o: { n: 1, list: [1], deep: { n: 1, text: 'y' } } }),
  'dotted Increment at depth: change': { because: AS_VALUE, ...updated({ o: { deep: { n: 3 } } }) },
  'dotted Increment at depth: read': holds(AS_VALUE, { o: { n: 1, list: [1], deep: { n: 3, text: 'x' } } }),
  'dotted Increment of text: change': refused(BROKEN),
  'dotted Delete at depth: read': holds(BESIDE, { o: { n: 1, list: [1], deep: { text: 'x' } } }),
  'dotted Add: change': refused(AS_VALUE),
  'dotted Add: read': holds(AS_VALUE, { o: { n: 1, list: [1], deep: { n: 1, text: 'x' } } }),
  'dotted AddUnique: change': refused(AS_VALUE),
  'dotted AddUnique: read': holds(AS_VALUE, { o: { n: 1, list: [1], deep: { n: 1, text: 'x' } } }),
  'dotted Remove: change': refused(AS_VALUE),
  'dotted Remove: read': holds(AS_VALUE, { o: { n: 1, list: [1], deep: { n: 1, text: 'x' } } }),
  'dotted set in a list: change': refused(POSTGRES),
  'SetOnInsert: change': { because: BROKEN, ...updated({}) },
};
