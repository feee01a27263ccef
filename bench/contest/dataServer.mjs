import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PAGES_FOLDER } from './buildPages.mjs';
import { answerPieces, arrayPieces, DOMAINS, streamPieces, traceData } from './traceData.mjs';

/**
 * The server of the contests, a process of its own: the pages, and the data of a synthetic factory
 * of argv[2] containers, made once. Tells its address by IPC.
 */
const BLOCK_BYTES = 64 * 1024;
const CONTENT_TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};
/** Makes the page cross-origin isolated: only then does it see how much memory it holds. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

function* blocksOf(pieces) {
  for (const piece of pieces) {
    for (let at = 0; at < piece.byteLength; at += BLOCK_BYTES) {
      yield piece.subarray(at, at + BLOCK_BYTES);
    }
  }
}

const lengthOf = (pieces) => pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

async function sendPieces(response, type, pieces) {
  response.writeHead(200, { ...ISOLATION, 'Content-Type': type, 'Cache-Control': 'no-store' });
  const body = Readable.from(blocksOf(pieces), { objectMode: false, highWaterMark: BLOCK_BYTES });
  await pipeline(body, response);
}

async function sendFile(response, { pathname, searchParams }) {
  const file = join(PAGES_FOLDER, normalize(pathname));
  if (!file.startsWith(PAGES_FOLDER) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const type = CONTENT_TYPES[extname(file)] ?? 'application/octet-stream';
  const csp = searchParams.has('no-worker') && { 'Content-Security-Policy': "worker-src 'none'" };
  response.writeHead(200, { ...ISOLATION, 'Content-Type': type, ...csp });
  await pipeline(createReadStream(file), response);
}

function infoOf(data) {
  const pieces = streamPieces(data);
  return {
    ...data.survey,
    batches: data.batches.length,
    streamBytes: lengthOf(pieces),
    /** Bytes of the stream up to the end of the first line of rows. */
    firstBatchBytes: lengthOf(pieces.slice(0, 5)),
  };
}

async function answer(response, url, domains) {
  const [, root, kind, domain, from, end] = url.pathname.split('/');
  const data = domains.get(domain);
  if (root !== 'data') return sendFile(response, url);
  if (kind === 'info') {
    const info = Object.fromEntries([...domains].map(([name, data]) => [name, infoOf(data)]));
    return sendPieces(response, 'application/json', [Buffer.from(JSON.stringify(info))]);
  }
  if (kind === 'stream') return sendPieces(response, 'application/x-ndjson', streamPieces(data));
  if (kind === 'answer') return sendPieces(response, 'application/json', answerPieces(data));
  const batches = data.batches.slice(Number(from), Number(end));
  return sendPieces(response, 'application/json', arrayPieces(batches));
}

const domains = new Map();
for (const domain of DOMAINS) {
  domains.set(domain, await traceData(Number(process.argv[2]), domain));
}
const server = createServer((request, response) => {
  answer(response, new URL(request.url, 'http://localhost'), domains).catch((error) => {
    // a page that was closed while it read is no fault of the server's
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') process.stderr.write(`${error.stack}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}/` });
});
process.once('disconnect', () => process.exit(0));
