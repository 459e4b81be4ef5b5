// Starts the Parse Server that `make bench` measures. Its packages are in the user's cache (BENCH_HOME), which is why
// they are not imported by name.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.BENCH_HOME, 'package.json'));
const express = require('express');
const { ParseServer } = require('parse-server');

const { port, databaseUrl, appId, masterKey, restKey } = JSON.parse(process.env.BENCH_CONFIG);
const server = new ParseServer({
  databaseURI: databaseUrl,
  appId,
  masterKey,
  restAPIKey: restKey,
  serverURL: `http://127.0.0.1:${port}/parse`,
  silent: true,
  logsFolder: null,
});
await server.start();
const app = express();
app.use('/parse', server.app);
app.listen(port, '127.0.0.1');
