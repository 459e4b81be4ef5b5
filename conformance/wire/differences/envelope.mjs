// Differences of the topic `envelope`; see ../differences.mjs.
import { lenient } from './answers.mjs';

export default {
  'form content type': { because: '`curl -d` calls JSON a form, so it is read as what it is', status: 201 },
  'multipart body': { because: 'the reference ignores the body and makes an empty object', status: [201, 400, 415] },
  '_method empty': { because: 'the reference overlooks empty envelope keys', status: [201, 400] },
  '_SessionToken empty': { because: 'the reference overlooks empty envelope keys', status: [201, 400, 403] },
  '_context as list': lenient(),
};
