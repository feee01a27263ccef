import { createReadStream } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream';
import { PAGES_FOLDER } from '../contest/buildPages.mjs';

const CONTENT_TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
/** Only then does the page see how much memory it holds. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The soak's page and, behind the same address, a trace server, as a proxy in front of both would have them. */
export async function startSoakSite(serverUrl) {
  const site = createServer((asked, answer) => {
    if (!asked.url.startsWith('/api/')) {
      const path = normalize(new URL(asked.url, serverUrl).pathname);
      answer.writeHead(200, { ...ISOLATION, 'Content-Type': CONTENT_TYPES[extname(path)] ?? '' });
      pipeline(createReadStream(join(PAGES_FOLDER, path)), answer, () => undefined);
      return;
    }
    const { method, headers } = asked;
    const forwarded = request(new URL(asked.url, serverUrl), { method, headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      pipeline(got, answer, () => undefined);
    });
    forwarded.on('error', () => answer.destroy());
    pipeline(asked, forwarded, () => undefined);
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${site.address().port}/`,
    stop: () => site.close().closeAllConnections(),
  };
}
