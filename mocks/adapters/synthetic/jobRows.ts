import type { TraceRow } from '../../../src/protocol/index.js';
import { formatDay, formatTime } from './clock.js';
import type { Factory, Lot } from './factory.js';
import { FAMILY_SIZE } from './family.js';
import { hex8, pick, roll } from './hash.js';
import type { Machine } from './machines.js';
import { lotName } from './names.js';
import { machineAt, trackInAt } from './steps.js';
import { CAUSES, REPAIRS, SYMPTOMS } from './texts.js';

const SALT = { count: 80, level: 81, start: 82, size: 83, step: 84, id: 85, repair: 86 };
/** The positions of a family by level, without the wafer lot: a repair concerns lots of one level. */
const LEVEL_POSITIONS = [
  [1, 2, 3, 4],
  [5, 6, 7, 8, 9, 10, 11, 12],
  [13, 14, 15, 16, 17, 18, 19],
];
/** Jobs by the hash of a family: with 2 to 4 lots each, 0.2 rows a container. */
const JOB_COUNTS = [1, 1, 2];

/** The rows of jobs: repairs of machines that name this lot beside others of its family. */
export function addJobs(lot: Lot, rows: TraceRow[], factory: Factory): void {
  const count = pick(JOB_COUNTS, roll(lot.familyHash, SALT.count));
  const first = lot.index - lot.position;
  const jobs: Job[] = [];
  for (let nth = 0; nth < count; nth++) {
    const positions = jobPositions(lot, nth, factory.familySize(lot.family));
    if (!positions.includes(lot.position)) continue;
    const lots = positions.map((position) => factory.lotAt(first + position));
    jobs.push(jobOf(lots, lots[0] as Lot, nth));
  }
  jobs.sort((a, b) => a.created - b.created);
  for (const job of jobs) rows.push(jobRow(job, lot.id));
}

function jobPositions(lot: Lot, nth: number, familySize: number): number[] {
  const level = pick(LEVEL_POSITIONS, roll(lot.familyHash, SALT.level, nth) >>> 4);
  const start = roll(lot.familyHash, SALT.start, nth) % FAMILY_SIZE;
  const size = 2 + (roll(lot.familyHash, SALT.size, nth) % 3);
  return Array.from({ length: size }, (_, k) => pick(level, start + k)).filter(
    (position) => position < familySize,
  );
}

interface Job {
  id: string;
  hash: number;
  lots: readonly Lot[];
  machine: Machine;
  /** Seconds since 1970. */
  created: number;
}

/** The machine broke down while the first of the lots was on it. */
function jobOf(lots: readonly Lot[], first: Lot, nth: number): Job {
  const step = roll(first.familyHash, SALT.step, nth) % first.stepCount;
  const hash = roll(first.familyHash, SALT.repair, nth);
  return {
    id: hex8(roll(first.familyHash, SALT.id, nth)) + hex8(roll(hash, SALT.id)),
    hash,
    lots,
    machine: machineAt(first, step),
    created: trackInAt(first, step) + 300 + (hash % 600),
  };
}

function jobRow({ id, hash, lots, machine, created }: Job, containerId: string): TraceRow {
  const isOpen = hash % 16 === 0;
  return {
    JOBID: id,
    RESOURCEID: machine.id,
    RESOURCENAME: machine.name,
    JOBSTATUS: isOpen ? 'OPEN' : 'COMPLETE',
    JOBMODELNAME: hash % 3 === 0 ? '預防保養' : '故障維修',
    JOBORDERNAME: `JO${formatDay(created).slice(2, 4)}${String(hash % 1_000_000).padStart(6, '0')}`,
    CREATEDATE: formatTime(created),
    COMPLETEDATE: isOpen ? null : formatTime(created + 600 + (hash % 14_400)),
    CAUSECODENAME: isOpen ? null : pick(CAUSES, hash >>> 5),
    REPAIRCODENAME: isOpen ? null : pick(REPAIRS, hash >>> 9),
    SYMPTOMCODENAME: pick(SYMPTOMS, hash >>> 13),
    CONTAINERIDS: lots.map((lot) => lot.id).join(','),
    CONTAINERNAMES: lots.map(lotName).join(','),
    CONTAINERID: containerId,
  };
}
