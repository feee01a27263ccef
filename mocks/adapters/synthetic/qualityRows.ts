import type { TraceRow } from '../../../src/protocol/index.js';
import { END_OF_TIME, formatDay, formatTime } from './clock.js';
import type { Lot } from './factory.js';
import { fraction, pick, roll } from './hash.js';
import type { Machine } from './machines.js';
import { lotName } from './names.js';
import { productOf } from './product.js';
import { machineAt, slotOf, stepInPart, trackInAt } from './steps.js';
import {
  DEPARTMENTS,
  HOLD_COMMENTS,
  HOLD_REASONS,
  LOSS_REASONS,
  PEOPLE,
  REJECT_COMMENTS,
  RELEASE_COMMENTS,
} from './texts.js';

const SALT = { rejects: 60, rejectStep: 61, reject: 62, comment: 63 };
const HOLD_SALT = { holds: 70, step: 71, hold: 72, hours: 73, release: 74 };
/** Holds by hash: 0.3 a container. */
const HOLD_COUNTS = [2, 1, 1, 1, 1, ...Array.from({ length: 15 }, () => 0)];

interface Reject {
  hash: number;
  machine: Machine;
  spec: string;
  time: number;
  reason: string;
  quantities: {
    reject: number;
    standby: number;
    toProcess: number;
    inProcess: number;
    done: number;
  };
  total: number;
}

/** One reject a container in the mean: none, one, one or two. */
function rejectsOf(lot: Lot): Reject[] {
  const count = pick([0, 1, 1, 2], roll(lot.hash, SALT.rejects) >>> 8);
  return Array.from({ length: count }, (_, nth) => {
    const step = stepInPart(lot, nth, count, roll(lot.hash, SALT.rejectStep, nth));
    const hash = roll(lot.hash, SALT.reject, nth);
    const machine = machineAt(lot, step);
    const quantities = {
      reject: 1 + (hash & 31),
      standby: (hash >>> 5) % 3,
      toProcess: (hash >>> 8) % 2,
      inProcess: (hash >>> 11) % 4 === 0 ? 2 : 0,
      done: (hash >>> 14) % 5,
    };
    return {
      ...{ hash, machine, quantities },
      spec: machine.spec,
      time: trackInAt(lot, step) + 1200 + (hash % 600),
      reason: pick(LOSS_REASONS, hash >>> 6),
      total: Object.values(quantities).reduce((sum, quantity) => sum + quantity, 0),
    };
  });
}

export function addRejects(lot: Lot, rows: TraceRow[]): void {
  const product = productOf(lot);
  const name = lotName(lot);
  for (const reject of rejectsOf(lot)) {
    rows.push({
      CONTAINERID: lot.id,
      CONTAINERNAME: name,
      WORKCENTERNAME: reject.machine.workcenter,
      WORKCENTER_GROUP: reject.machine.groupName,
      WORKCENTERSEQUENCE_GROUP: reject.machine.group + 1,
      PRODUCTLINENAME: product.line,
      PJ_FUNCTION: product.functionName,
      PJ_TYPE: product.type,
      PRODUCTNAME: product.name,
      SPECNAME: reject.spec,
      LOSSREASONNAME: reject.reason,
      EQUIPMENTNAME: rejectMachine(reject),
      REJECTCOMMENT: pick(REJECT_COMMENTS, roll(reject.hash, SALT.comment)),
      REJECT_QTY: reject.quantities.reject,
      STANDBY_QTY: reject.quantities.standby,
      QTYTOPROCESS_QTY: reject.quantities.toProcess,
      INPROCESS_QTY: reject.quantities.inProcess,
      PROCESSED_QTY: reject.quantities.done,
      REJECT_TOTAL_QTY: reject.total,
      DEFECT_QTY: (reject.hash >>> 17) % 7,
      TXN_TIME: formatTime(reject.time),
      TXNDATE: formatTime(reject.time),
      TXN_DAY: formatDay(reject.time),
    });
  }
}

/** The same rejects as the domain rejects, in the columns of downstream_rejects. */
export function addDownstreamRejects(lot: Lot, rows: TraceRow[]): void {
  for (const reject of rejectsOf(lot)) {
    rows.push({
      CONTAINERID: lot.id,
      WORKCENTERNAME: reject.machine.workcenter,
      WORKCENTER_GROUP: reject.machine.groupName,
      LOSSREASONNAME: reject.reason,
      EQUIPMENTNAME: rejectMachine(reject),
      REJECT_TOTAL_QTY: reject.total,
      TXNDATE: formatTime(reject.time),
    });
  }
}

/** Some rejects were found by hand: they name no machine. */
function rejectMachine({ hash, machine }: Reject): string | null {
  return hash % 20 === 0 ? null : machine.name;
}

export function addHolds(lot: Lot, rows: TraceRow[]): void {
  const count = pick(HOLD_COUNTS, roll(lot.hash, HOLD_SALT.holds) >>> 8);
  const name = lotName(lot);
  for (let nth = 0; nth < count; nth++) {
    const step = stepInPart(lot, nth, count, roll(lot.hash, HOLD_SALT.step, nth));
    rows.push(holdRow(lot, name, nth, step));
  }
}

function holdRow(lot: Lot, name: string, nth: number, step: number): TraceRow {
  const hash = roll(lot.hash, HOLD_SALT.hold, nth);
  const release = roll(lot.hash, HOLD_SALT.release, nth);
  const start = trackInAt(lot, step) + (hash % 300);
  // A lot goes on only when it is released: within the slot of its step.
  const { length } = slotOf(lot, step);
  const seconds = Math.floor(0.2 * length * fraction(roll(lot.hash, HOLD_SALT.hours, nth)));
  const isOpen = release % 10 === 0;
  const end = isOpen ? END_OF_TIME : start + seconds;
  return {
    CONTAINERID: lot.id,
    CONTAINERNAME: name,
    WORKCENTERNAME: machineAt(lot, step).workcenter,
    HOLDTXNDATE: formatTime(start),
    HOLDEMP: pick(PEOPLE, hash >>> 3),
    HOLDEMPDEPTNAME: pick(DEPARTMENTS, hash >>> 7),
    HOLDREASONNAME: pick(HOLD_REASONS, hash >>> 11),
    HOLDCOMMENTS: pick(HOLD_COMMENTS, hash >>> 15),
    RELEASETXNDATE: isOpen ? null : formatTime(end),
    RELEASEEMP: isOpen ? null : pick(PEOPLE, release >>> 3),
    RELEASECOMMENTS: isOpen ? null : pick(RELEASE_COMMENTS, release >>> 7),
    NCRID: hash % 4 === 0 ? `NCR${String(hash % 100_000).padStart(5, '0')}` : null,
    HOLD_STATUS: isOpen ? 'HOLD' : 'RELEASED',
    HOLD_HOURS: Math.round((end - start) / 36) / 100,
  };
}
