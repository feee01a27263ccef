import type { TraceParams } from '../../src/protocol/index.js';
import type { Pairs } from '../aggregation/index.js';
import type { EventsJob, PackedJob } from '../ports.js';
import { readNumbers, writeNumbers } from './numberText.js';

/** A job whose lineage is made anew each time that it is read, and kept nowhere. */
export interface RunnableJob extends Omit<EventsJob, 'ancestors' | 'seedRoots'> {
  ancestors: Pairs<readonly string[]>;
  seedRoots: Pairs<string>;
}

const PLAIN_ID = /^[\w-]+$/;
/** Ids that are cut out of a text at once. */
const IDS_A_CUT = 4096;

/** Numbers texts in the order in which they are first named. */
function numberTexts() {
  const numbers = new Map<string, number>();
  function numberOf(text: string): number {
    let number = numbers.get(text);
    if (number === undefined) numbers.set(text, (number = numbers.size));
    return number;
  }
  return { numberOf, texts: numbers };
}

function asciiJson(value: unknown): string {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replaceAll(/[\u0080-\uffff]/g, escape);
}

function packIds(ids: readonly string[]): Pick<PackedJob, 'idLength' | 'ids'> {
  const idLength = ids[0]?.length ?? 0;
  const isPlain = ids.every((id) => id.length === idLength && PLAIN_ID.test(id));
  return isPlain ? { idLength, ids: ids.join('') } : { idLength: 0, ids: asciiJson(ids) };
}

function unpackIds({ ids, idLength }: PackedJob): string[] {
  if (idLength === 0) return ids === '' ? [] : (JSON.parse(ids) as string[]);
  const each = new RegExp(`.{${idLength}}`, 'g');
  const unpacked: string[] = [];
  for (let at = 0; at < ids.length; at += idLength * IDS_A_CUT) {
    const cut = ids.slice(at, at + idLength * IDS_A_CUT);
    // a part of a text keeps the whole of it alive; what JSON.parse makes stands by itself
    for (const id of JSON.parse(`[${cut.replace(each, ',"$&"').slice(1)}]`)) unpacked.push(id);
  }
  return unpacked;
}

/** The job in a queue's form, of which `unpackJob` makes the same one again. */
export function packJob(job: EventsJob): PackedJob {
  const { jobId, profile, domains, params, containerIds, seedContainerIds } = job;
  const ids = numberTexts();
  const names = numberTexts();
  const containers = writeNumbers();
  for (const id of containerIds) containers.distance(ids.numberOf(id));
  const seeds = writeNumbers();
  for (const id of seedContainerIds) seeds.distance(ids.numberOf(id));
  const ancestors = writeNumbers();
  for (const [id, list] of Object.entries(job.ancestors)) {
    ancestors.distance(ids.numberOf(id));
    ancestors.plain(list.length);
    for (const ancestor of list) ancestors.distance(ids.numberOf(ancestor));
  }
  const seedRoots = writeNumbers();
  const nameNumbers = writeNumbers();
  for (const [id, name] of Object.entries(job.seedRoots)) {
    seedRoots.distance(ids.numberOf(id));
    nameNumbers.distance(names.numberOf(name));
  }
  return {
    ...{ jobId, profile, domains, params: asciiJson(params) },
    ...{ cidCount: containerIds.length, seedCount: seedContainerIds.length },
    ...packIds([...ids.texts.keys()]),
    ...{ containers: containers.text(), seeds: seeds.text(), ancestors: ancestors.text() },
    ...{ seedRoots: seedRoots.text(), rootNames: nameNumbers.text() },
    names: asciiJson([...names.texts.keys()]),
  };
}

/** Lets go of the large texts of a job that has gone on: the thread that runs it has its own. */
export function dropTexts(packed: PackedJob): void {
  Object.assign(packed, { ids: '', containers: '', seeds: '', ancestors: '' });
}

/** The job that was packed. */
export function unpackJob(packed: PackedJob): RunnableJob {
  const { jobId, profile, domains, params, ancestors, seedRoots, rootNames } = packed;
  const ids = unpackIds(packed);
  const names = JSON.parse(packed.names) as string[];
  const idsOf = (text: string, count: number) => {
    const numbers = readNumbers(text);
    return Array.from({ length: count }, () => ids[numbers.distance()] as string);
  };
  return {
    ...{ jobId, profile, domains, params: JSON.parse(params) as TraceParams },
    containerIds: idsOf(packed.containers, packed.cidCount),
    seedContainerIds: idsOf(packed.seeds, packed.seedCount),
    ancestors: {
      *[Symbol.iterator]() {
        const numbers = readNumbers(ancestors);
        while (numbers.hasMore()) {
          const id = ids[numbers.distance()] as string;
          const length = numbers.plain();
          yield [id, Array.from({ length }, () => ids[numbers.distance()] as string)] as const;
        }
      },
    },
    seedRoots: {
      *[Symbol.iterator]() {
        const numbers = readNumbers(seedRoots);
        const named = readNumbers(rootNames);
        while (numbers.hasMore()) {
          yield [ids[numbers.distance()] as string, names[named.distance()] as string] as const;
        }
      },
    },
  };
}
