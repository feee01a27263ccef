import { openSlowPeers } from './slowPeers.mjs';

/** Slow connections in a process of their own, so that an honest reader beside them waits for no part of them. */
let peers;
process.on('message', ({ open, end }) => {
  if (open) {
    peers = openSlowPeers(open.count, open);
    process.send({ opened: true });
  } else if (end) {
    peers.end();
    process.send(peers.tally);
  }
});
process.on('disconnect', () => process.exit());
