import { buildPages } from './buildPages.mjs';
import { describeData } from './describeData.mjs';
import { installPeers, peerVersions } from './installPeers.mjs';
import { startDataServer } from './startDataServer.mjs';

/**
 * Makes all that a contest in pages needs and lets `play` run it on the server of the data.
 * @template T
 * @param {number} containers
 * @param {(server: Awaited<ReturnType<typeof startDataServer>>) => Promise<T>} play
 */
export async function holdContest(containers, play) {
  installPeers();
  await buildPages();
  const server = await startDataServer(containers);
  try {
    const peers = Object.entries(peerVersions()).map(([name, version]) => `${name} ${version}`);
    const notes = [...describeData(server.info), `Peers: ${peers.join(', ')}.`];
    return { notes, ...(await play(server)) };
  } finally {
    server.stop();
  }
}

/** The names of the contenders, or those of them that the command line names. */
export const namesOf = (contenders, only) =>
  Object.keys(contenders).filter((name) => !only || only.includes(name));
