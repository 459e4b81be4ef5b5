// A mail server for tests: keeps what it is sent.
import { createServer } from 'node:net';

const ARRIVES_WITHIN_MS = 30_000;

/** Returns `{ url, next, stop }`; `next()` waits for the next mail: `{ to, text }`. */
export async function startSink() {
  const mails = [];
  const waiting = [];
  const server = createServer(socket => talk(socket, mail => (waiting.shift() ?? (kept => mails.push(kept)))(mail)));
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const next = () =>
    new Promise((resolve, reject) => {
      if (mails.length > 0) return resolve(mails.shift());
      const timer = setTimeout(() => reject(new Error('No mail arrived.')), ARRIVES_WITHIN_MS);
      waiting.push(mail => {
        clearTimeout(timer);
        resolve(mail);
      });
    });
  const sockets = new Set();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `smtp://127.0.0.1:${server.address().port}`, next, stop };
}

/** One conversation: commands are lines, a message ends with a line that is a dot. */
function talk(socket, keep) {
  let [rest, to, message] = ['', [], null];
  const say = line => socket.write(`${line}\r\n`);
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  socket.on('data', chunk => {
    rest += chunk;
    for (let end; (end = rest.indexOf('\r\n')) >= 0; ) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (message !== null && line !== '.') message.push(line);
      else if (message !== null) {
        keep({ to, text: plainText(message.join('\r\n')) });
        [to, message] = [[], null];
        say('250 taken');
      } else if (/^RCPT TO:/i.test(line)) {
        to.push(/<(.*)>/.exec(line)[1]);
        say('250 ok');
      } else if (/^DATA/i.test(line)) {
        message = [];
        say('354 go on');
      } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else say('250 ok');
    }
  });
  say('220 sink');
}

/** The part of a message that is plain text; ours is not base64. */
function plainText(message) {
  const part = message.split(/^--/m).find(text => /content-type: text\/plain/i.test(text)) ?? message;
  const body = part.slice(part.indexOf('\r\n\r\n') + 4);
  if (!/content-transfer-encoding: quoted-printable/i.test(part)) return body;
  return body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
