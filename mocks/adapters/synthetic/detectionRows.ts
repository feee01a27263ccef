import type { DetectionRow } from '../../ports.js';
import { formatTime } from './clock.js';
import type { Factory, Lot } from './factory.js';
import { FAMILY_SIZE, withAncestors } from './family.js';
import { pick, roll } from './hash.js';
import { lotName } from './names.js';
import { productOf } from './product.js';
import { firstStepAt, machineAt, trackInAt, trackInQuantity } from './steps.js';
import { LOSS_REASONS } from './texts.js';

const SALT = { reasons: 90, reason: 91, quantity: 92 };
/** Loss reasons of a lot by hash. */
const REASON_COUNTS = [0, 0, 0, 1, 1, 1, 2, 3];

/** The detection rows of a lot at a workcenter group (in line order, from 0); none if it never came there. */
export function addDetectionRows(
  factory: Factory,
  lot: Lot,
  group: number,
  rows: DetectionRow[],
): void {
  const step = firstStepAt(lot, group);
  if (step < 0) return;
  const product = productOf(lot);
  const input = trackInQuantity(lot, step);
  const row: DetectionRow = {
    CONTAINERID: lot.id,
    CONTAINERNAME: lotName(lot),
    TRACKINQTY: input,
    REJECTQTY: null,
    LOSSREASONNAME: null,
    WORKFLOW: product.workflow,
    PRODUCTLINENAME: product.line,
    PJ_TYPE: product.type,
    DETECTION_EQUIPMENTNAME: machineAt(lot, step).name,
    TRACKINTIMESTAMP: formatTime(trackInAt(lot, step)),
  };
  const count = pick(REASON_COUNTS, roll(lot.hash, SALT.reasons, group) >>> 8);
  const factor = count === 0 ? 0 : defectFactor(factory, lot);
  // few reasons make most of the defects, as they do: the square of a share is mostly small
  const share = (roll(lot.hash, SALT.reason, group) >>> 0) / 2 ** 32;
  const first = Math.floor(LOSS_REASONS.length * share * share);
  for (let nth = 0; nth < count; nth++) {
    const share = (1 + (roll(lot.hash, SALT.quantity, nth) % 8)) / 1000;
    const quantity = 1 + Math.floor(input * share * factor);
    // 7 and the number of reasons have no common factor: the reasons of a lot differ.
    const reason = pick(LOSS_REASONS, first + nth * 7);
    rows.push({ ...row, REJECTQTY: quantity, LOSSREASONNAME: reason });
  }
  if (count === 0) rows.push(row);
}

/** Bad machines that the lot or an ancestor passed show in its defects, so that a trace finds them. */
function defectFactor(factory: Factory, lot: Lot): number {
  const first = lot.family * FAMILY_SIZE;
  const mask = withAncestors(lot.familyHash, 1 << lot.position);
  let factor = 1;
  for (let position = 0; position <= lot.position; position++) {
    if (!(mask & (1 << position))) continue;
    const ancestor = factory.lotAt(first + position);
    for (let step = 0; step < ancestor.stepCount; step++) {
      factor = Math.max(factor, machineAt(ancestor, step).defectFactor);
    }
  }
  return factor;
}
