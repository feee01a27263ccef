import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./dataServer.mjs', import.meta.url));

/**
 * Starts the server of the contests in a process of its own.
 * @param {number} containers
 */
export async function startDataServer(containers) {
  process.stderr.write(`Making the rows of ${containers} containers …\n`);
  const child = fork(SERVER, [String(containers)]);
  const { url } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`The data server ended with ${code}.`)));
  });
  child.removeAllListeners('exit');
  const info = await (await fetch(`${url}data/info`)).json();
  return {
    url,
    /** By domain: what is known of the rows. */
    info,
    stop() {
      child.disconnect();
    },
  };
}
