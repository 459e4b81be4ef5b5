// Astrolabe: the release build, as `astrolabe start` runs it, with its access log written to a file.
import { join } from 'node:path';
import { freePort } from '../../scripts/processes.mjs';
import { options } from '../lib/options.mjs';
import { family } from '../lib/processes.mjs';
import { HOST, halt, launch, untilReady } from '../lib/servers.mjs';
import { keys, makeClasses, makeUsers, parseFace, saveEvents, saveNotes } from './parse-face.mjs';

/** The server on the data folder `folder/data`; `synchronous` is `full` or `normal`. */
export async function astrolabe({ folder, binary, synchronous }) {
  const port = await freePort(options.port);
  const origin = `http://${HOST}:${port}`;
  let child;
  const server = {
    origin,
    title: synchronous === 'full' ? 'Astrolabe' : 'Astrolabe, synchronous=NORMAL',
    durability: `SQLite WAL, synchronous=${synchronous.toUpperCase()}`,
    remarks: [],
    find: () => family(child.pid),
    async start() {
      const since = performance.now();
      child = launch(binary, arguments_(folder, port), {
        cwd: folder,
        env: { ASTROLABE_MASTER_KEY: keys.masterKey, ASTROLABE_SQLITE_SYNCHRONOUS: synchronous },
        log: join(folder, 'server.log'),
      });
      return untilReady(child, port, '/readyz', since);
    },
    stop: () => halt(child),
    async prepare(rows) {
      await server.start();
      await makeClasses(origin);
      const users = await makeUsers(origin);
      const noteIds = await saveNotes(origin, users);
      const since = performance.now();
      await saveEvents(origin, users, rows);
      server.loadSeconds = (performance.now() - since) / 1000;
      server.loadedBy = 'batches of 1,000 over the public API';
      server.face = parseFace({ users, noteIds });
    },
  };
  return server;
}

function arguments_(folder, port) {
  return [
    'start',
    ...['--data', join(folder, 'data')],
    ...['--listen', `${HOST}:${port}`],
    ...['--app-id', keys.appId],
    ...['--rest-key', keys.restKey],
  ];
}
