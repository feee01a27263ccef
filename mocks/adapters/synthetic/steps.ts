import { DAY } from './clock.js';
import type { Lot } from './factory.js';
import { fraction, roll } from './hash.js';
import { machineOf, MACHINES_A_WORKCENTER, WORKCENTERS_A_GROUP, type Machine } from './machines.js';

/** The workcenter groups that a level passes, as [first, count] in line order. */
const ROUTES = [
  [0, 1],
  [1, 3],
  [4, 4],
  [8, 4],
] as const;
const TEST_GROUP = 11;
/** Leaves of a truncated family end their route early, and are tested all the same. */
const EARLY_TEST_STEPS = 2;
/** When a level begins, days from the anchor, and how many days it takes. */
const SPANS = [
  [-18, 5],
  [-12, 5],
  [-6, 5],
  [0, 4],
] as const;
const SALT = { workcenter: 20, machine: 21, time: 22, quantity: 23 };

function routeSteps(lot: Lot): number {
  return lot.isLeaf && lot.level < 3 ? lot.stepCount - EARLY_TEST_STEPS : lot.stepCount;
}

interface Place {
  /** Workcenter group, in line order from 0. */
  group: number;
  /** Which of the lot's steps in that group, from 0, of how many. */
  nth: number;
  of: number;
}

function placeOf(lot: Lot, step: number): Place {
  const steps = routeSteps(lot);
  if (step >= steps) return { group: TEST_GROUP, nth: step - steps, of: EARLY_TEST_STEPS };
  const [first, groups] = ROUTES[lot.level];
  const group = Math.floor((step * groups) / steps);
  const start = Math.ceil((group * steps) / groups);
  const end = Math.ceil(((group + 1) * steps) / groups);
  return { group: first + group, nth: step - start, of: end - start };
}

/** The machine of a step; a lot never meets one twice. */
export function machineAt(lot: Lot, step: number): Machine {
  const { group, nth, of } = placeOf(lot, step);
  const hash = roll(lot.hash, SALT.machine, group);
  const workcenters = 2 + ((hash >>> 28) & 1);
  const workcenter = (Math.floor((nth * workcenters) / of) + (hash >>> 20)) % WORKCENTERS_A_GROUP;
  // Steps of one workcenter follow each other and are at most 7: machines next to each other differ.
  return machineOf(group, workcenter, ((hash & 0xffff) + nth) % MACHINES_A_WORKCENTER);
}

/** When a step may begin and how long it may take; the steps of a lot follow each other. */
export function slotOf(lot: Lot, step: number): { start: number; length: number } {
  const steps = routeSteps(lot);
  if (step >= steps) {
    const length = DAY / EARLY_TEST_STEPS;
    return { start: lot.anchor + 3 * DAY + (step - steps) * length, length };
  }
  const [first, days] = SPANS[lot.level];
  const length = (days * DAY) / steps;
  return { start: lot.anchor + first * DAY + step * length, length };
}

/** The last track-in of a step, seconds since 1970: in the middle third of its slot. */
export function trackInAt(lot: Lot, step: number): number {
  const { start, length } = slotOf(lot, step);
  return Math.floor(start + (0.4 + 0.35 * fraction(roll(lot.hash, SALT.time, step))) * length);
}

export function trackInQuantity(lot: Lot, step: number): number {
  const hash = roll(lot.hash, SALT.quantity);
  return 1000 + (hash % 9000) - step * (hash >>> 29);
}

/** The first step of a lot at a workcenter group, or −1. */
export function firstStepAt(lot: Lot, group: number): number {
  for (let step = 0; step < lot.stepCount; step++) {
    if (placeOf(lot, step).group === group) return step;
  }
  return -1;
}

/** A step by hash in the `nth` of `count` equal parts of a lot's steps: later parts, later steps. */
export function stepInPart(lot: Lot, nth: number, count: number, hash: number): number {
  const start = Math.floor((nth * lot.stepCount) / count);
  const end = Math.floor(((nth + 1) * lot.stepCount) / count);
  return start + (hash % (end - start));
}
