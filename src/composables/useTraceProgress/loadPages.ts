import { TraceError } from '../../protocol/index.js';
import type { PagesSource } from './PagesSource.js';
import type { PagesEnd } from './receivePages.js';

/** Code for a rare case, in a file of its own. */
export const loadPages = () => import('./receivePages.js');

/** As `receivePages`; where its file is gone from the server by now, other ways are left. */
export async function loadAndReceivePages(source: PagesSource): Promise<PagesEnd> {
  let pages: Awaited<ReturnType<typeof loadPages>>;
  try {
    pages = await loadPages();
  } catch (cause) {
    const message = 'A file of this page could not be loaded. Load the page again.';
    const error = new TraceError('UNEXPECTED', message, { cause });
    return { areOffered: source.isOnlyWay, problems: [], filledRows: 0, error };
  }
  return pages.receivePages(source);
}
