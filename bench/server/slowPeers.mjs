import { connect } from 'node:net';

/** How long a connection that was cut stays away, ms. */
const AWAY_MS = 500;
const PACE_MS = 1_000;
const BODY_BYTES = 1_000_000;
/** `HTTP/1.1 200` */
const STATUS_LENGTH = 12;
const STATUS_AT = 9;

const requestHead = (method, path, session, more) =>
  `${method} ${path} HTTP/1.1\r\nHost: trace\r\nCookie: session=${session}\r\n${more}`;

/** A byte a second of what never ends. */
function sendSlowly(socket, text) {
  let at = 0;
  socket.resume();
  return setInterval(() => socket.write(text[at++ % text.length]), PACE_MS);
}

/** Takes a byte a second; the first ones tell how it was answered. */
function readSlowly(socket, onStatus) {
  let start = '';
  socket.pause();
  return setInterval(() => {
    const byte = socket.read(1);
    if (!byte || start.length === STATUS_LENGTH) return;
    start += byte.toString('latin1');
    if (start.length === STATUS_LENGTH) onStatus(start.slice(STATUS_AT));
  }, PACE_MS);
}

function readStreamSlowly(socket, { streamPath, session, onStatus }, more) {
  socket.write(requestHead('GET', streamPath, session, `${more}\r\n`));
  return readSlowly(socket, onStatus);
}

/** The ways in which a connection is slow; each gives its timer. */
const WAYS = {
  'sends a head': (socket, { session }) => {
    socket.write(requestHead('GET', '/healthz', session, ''));
    return sendSlowly(socket, 'X-Slow: aaaaaaaaaaaaaaaa\r\n');
  },
  'sends a body': (socket, { session }) => {
    const more = `Content-Type: application/json\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`;
    socket.write(requestHead('POST', '/api/trace/lineage', session, more));
    return sendSlowly(socket, ' ');
  },
  'reads a plain stream': (socket, peer) => readStreamSlowly(socket, peer, ''),
  'reads a gzip stream': (socket, peer) =>
    readStreamSlowly(socket, peer, 'Accept-Encoding: gzip\r\n'),
};

/** One slow connection under a session of its own, which comes back when it was cut. */
function openPeer(way, peer) {
  let socket;
  let timer;
  let isOver = false;
  function begin() {
    socket = connect({ port: peer.port, host: peer.host });
    socket.on('error', () => undefined);
    socket.once('connect', () => (timer = WAYS[way](socket, peer)));
    socket.once('close', () => {
      clearInterval(timer);
      if (isOver) return;
      peer.onCut(way);
      setTimeout(() => isOver || begin(), AWAY_MS);
    });
  }
  begin();
  return () => {
    isOver = true;
    socket.destroy();
  };
}

/** Opens `count` slow connections, as many of each way; `tally` counts what becomes of them. */
export function openSlowPeers(count, { url, streamUrl }) {
  const { hostname: host, port } = new URL(url);
  const { pathname: streamPath } = new URL(streamUrl);
  const tally = {};
  const add = (what) => (tally[what] = (tally[what] ?? 0) + 1);
  const ends = Array.from({ length: count }, (_, index) => {
    const ways = Object.keys(WAYS);
    const onStatus = (status) => add(`a stream was answered ${status}`);
    const onCut = (way) => add(`cut: ${way}`);
    const peer = { host, port: Number(port), streamPath, session: `slow${index}` };
    return openPeer(ways[index % ways.length], { ...peer, onStatus, onCut });
  });
  return { tally, end: () => ends.forEach((end) => end()) };
}
