import type { TraceRow } from '../../../src/protocol/index.js';
import { DAY, formatDay, formatTime } from './clock.js';
import type { Lot } from './factory.js';
import { fraction, pick, roll } from './hash.js';
import type { Machine } from './machines.js';
import { lotName, waferLotName, workOrderName } from './names.js';
import { productOf } from './product.js';
import { machineAt, slotOf, trackInAt, trackInQuantity } from './steps.js';
import { PARTS } from './texts.js';

const SALT = { spec: 40, rework: 41, reworkTime: 42, out: 43, card: 44, part: 45, used: 46 };
/** Rows of materials by container number: 5 in the mean of five. */
const MATERIAL_COUNTS = [5, 5, 3, 7, 5];
/** Days that a delivery of a material lasts. */
const DELIVERY_DAYS = 15;

/** The rows of upstream_history: one a machine, in the order of time. */
export function addUpstreamHistory(lot: Lot, rows: TraceRow[]): void {
  for (let step = 0; step < lot.stepCount; step++) {
    const machine = machineAt(lot, step);
    rows.push({
      CONTAINERID: lot.id,
      WORKCENTERNAME: machine.workcenter,
      WORKCENTER_GROUP: machine.groupName,
      EQUIPMENTID: machine.id,
      EQUIPMENTNAME: machine.name,
      SPECNAME: specAt(lot, step, machine),
      TRACKINTIMESTAMP: formatTime(trackInAt(lot, step)),
      TRACKINQTY: trackInQuantity(lot, step),
    });
  }
}

/** The rows of history: those of upstream_history, and the runs that a rework made one repeat. */
export function addHistory(lot: Lot, rows: TraceRow[]): void {
  const facts = historyFacts(lot);
  for (let step = 0; step < lot.stepCount; step++) {
    const { start, length } = slotOf(lot, step);
    if (roll(lot.hash, SALT.rework, step) % 8 === 0) {
      const share = 0.2 * fraction(roll(lot.hash, SALT.reworkTime, step));
      rows.push(historyRow(lot, facts, step, Math.floor(start + share * length), 0.15 * length));
    }
    const share = 0.05 + 0.15 * fraction(roll(lot.hash, SALT.out, step));
    rows.push(historyRow(lot, facts, step, trackInAt(lot, step), share * length));
  }
}

/** The columns that are the same in all rows of a lot. */
function historyFacts(lot: Lot) {
  const { type, bop } = productOf(lot);
  return {
    PJ_WORKORDER: workOrderName(lot),
    CONTAINERNAME: lotName(lot),
    PJ_TYPE: type,
    PJ_BOP: bop,
    WAFER_LOT_ID: waferLotName(lot.family),
  };
}

function historyRow(
  lot: Lot,
  facts: ReturnType<typeof historyFacts>,
  step: number,
  trackIn: number,
  seconds: number,
): TraceRow {
  const machine = machineAt(lot, step);
  const card = roll(lot.hash, SALT.card, step);
  const quantity = trackInQuantity(lot, step);
  return {
    CONTAINERID: lot.id,
    WORKCENTERNAME: machine.workcenter,
    EQUIPMENTID: machine.id,
    EQUIPMENTNAME: machine.name,
    SPECNAME: specAt(lot, step, machine),
    TRACKINTIMESTAMP: formatTime(trackIn),
    TRACKOUTTIMESTAMP: formatTime(Math.floor(trackIn + seconds)),
    TRACKINQTY: quantity,
    TRACKOUTQTY: quantity - (card % 5),
    FINISHEDRUNCARD: card % 3 === 0 ? `RC${String(card % 1_000_000).padStart(6, '0')}` : null,
    PJ_WORKORDER: facts.PJ_WORKORDER,
    CONTAINERNAME: facts.CONTAINERNAME,
    PJ_TYPE: facts.PJ_TYPE,
    PJ_BOP: facts.PJ_BOP,
    WAFER_LOT_ID: facts.WAFER_LOT_ID,
  };
}

function specAt(lot: Lot, step: number, machine: Machine): string | null {
  return roll(lot.hash, SALT.spec, step) % 64 === 0 ? null : machine.spec;
}

/** The rows of materials: what some of the steps used up, in the order of time. */
export function addMaterials(lot: Lot, rows: TraceRow[]): void {
  const name = lotName(lot);
  const count = MATERIAL_COUNTS[lot.index % MATERIAL_COUNTS.length] as number;
  for (let nth = 0; nth < count; nth++) {
    const step = Math.floor((nth * lot.stepCount) / count);
    const machine = machineAt(lot, step);
    const hash = roll(lot.hash, SALT.part, step);
    const part = machine.group * 2 + (hash & 1);
    const time = trackInAt(lot, step) + 60 + (hash % 900);
    const delivery = Math.floor(time / (DELIVERY_DAYS * DAY)) * DELIVERY_DAYS * DAY;
    const day = formatDay(delivery).replaceAll('-', '');
    const used = roll(lot.hash, SALT.used, step);
    rows.push({
      CONTAINERID: lot.id,
      CONTAINERNAME: name,
      MATERIALPARTNAME: pick(PARTS, part),
      MATERIALLOTNAME: hash % 50 === 0 ? null : `M${day}-${String(part + 1).padStart(2, '0')}`,
      QTYCONSUMED: (used % 200_000) / 1000,
      WORKCENTERNAME: machine.workcenter,
      SPECNAME: specAt(lot, step, machine),
      EQUIPMENTNAME: used % 40 === 0 ? null : machine.name,
      TXNDATE: formatTime(time),
    });
  }
}
