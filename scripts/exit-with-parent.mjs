// Loaded with `node --import` in front of a server: ends it when whoever started it has gone, even if killed. The parent
// holds the other end of standard input, which the system closes for it.
process.stdin.on('end', () => process.exit(0)).resume();
process.stdin.unref?.();
