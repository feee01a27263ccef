import { type Database, DatabaseReplacedError } from './openDatabase.js';
import { type RunQuery, streamQuery } from './streamQuery.js';

/**
 * Runs queries on a database that the first of them opens, and opens anew once its files were
 * replaced; closing ends those that run.
 */
export function createRunner(
  open: () => Promise<Database>,
  options: { timeoutSeconds: number; fetchRows: number },
) {
  const closing = new AbortController();
  const queries = new Set<ReturnType<typeof streamQuery>>();
  const opened = openOnce(open);
  /** The queries of one request: what one has found holds in the next, as all read the same files. */
  function begin(): RunQuery {
    let asked: Promise<Database> | undefined;
    return async function* (query, signal) {
      const stopped = AbortSignal.any([signal, closing.signal]);
      stopped.throwIfAborted();
      const database = await (asked ??= opened.current());
      const rows = streamQuery(database.instance, query, { ...options, signal: stopped });
      queries.add(rows);
      try {
        for await (const chunks of rows) {
          await checkCurrent(database);
          yield chunks;
        }
        // ended by `close` while its reader was busy
        stopped.throwIfAborted();
      } catch (error) {
        // half an old file and half a new one fail in ways that tell nothing
        if (!stopped.aborted) await checkCurrent(database);
        throw error;
      } finally {
        queries.delete(rows);
      }
    };
  }
  async function close(): Promise<void> {
    closing.abort(new Error('The trace source was closed.'));
    await Promise.allSettled([...queries].map((rows) => rows.return()));
    await opened.close();
  }
  return { begin, close };
}

async function checkCurrent(database: Database): Promise<void> {
  if (!(await database.isCurrent())) throw new DatabaseReplacedError();
}

/** A database that is opened when it is asked for, and again once its files were replaced. */
function openOnce(open: () => Promise<Database>) {
  let opening: Promise<Database> | undefined;
  let replaced: Promise<unknown> = Promise.resolve();
  async function current(): Promise<Database> {
    const asked = (opening ??= open());
    const database = await asked.catch((error: unknown) => {
      // what could not be opened is tried again by the next request
      if (opening === asked) opening = undefined;
      throw error;
    });
    if (await database.isCurrent()) return database;
    if (opening === asked) {
      opening = undefined;
      // what runs on it keeps its connection, and is told at its next rows
      replaced = Promise.all([replaced, database.close()]);
    }
    return current();
  }
  async function close(): Promise<void> {
    const database = await opening;
    await Promise.all([replaced, database?.close()]);
  }
  return { current, close };
}
