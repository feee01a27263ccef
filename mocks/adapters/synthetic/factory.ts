import { DAY, DAYS, FIRST_DAY } from './clock.js';
import { FAMILY_SIZE, isLeafPosition, levelOf, type Level } from './family.js';
import { fraction, hex8, mix32, roll, unmix32 } from './hash.js';

/** A container of the factory: all that its rows are computed from. */
export interface Lot {
  /** Its number in the factory, from 0. */
  index: number;
  /** CONTAINERID. */
  id: string;
  family: number;
  position: number;
  level: Level;
  /** Nothing in the factory descends from it: it reaches the last station. */
  isLeaf: boolean;
  hash: number;
  familyHash: number;
  /** When the final lots of its family begin, seconds since 1970; the others began days before. */
  anchor: number;
  /** Machines that it passed, counted once per workcenter: its rows of upstream_history. */
  stepCount: number;
}

/** A factory whose containers can be computed one by one, in any order, from seed and number. */
export interface Factory {
  containers: number;
  familyCount: number;
  lotAt(index: number): Lot;
  /** The container with an id, or undefined where the factory has none. */
  lotOfId(id: string): Lot | undefined;
  /** The number of the container with an id, or −1. */
  indexOfId(id: string): number;
  familySize(family: number): number;
  familyHash(family: number): number;
  familyAnchor(family: number): number;
}

/** Rows of upstream_history by container number: 10 in the mean of five. */
const STEP_COUNTS = [10, 10, 7, 13, 10];
const SALT = { id: 1, check: 2, family: 3, lot: 4, anchor: 5 };
const ID_PATTERN = /^[0-9a-f]{16}$/;

export function createFactory(seed: number, containers: number): Factory {
  const base = mix32(seed ^ 0x5bd1e995);
  const familyHash = (family: number) => roll(base, SALT.family, family);
  const familySize = (family: number) => Math.min(FAMILY_SIZE, containers - family * FAMILY_SIZE);
  const familyAnchor = (family: number) => anchorOf(familyHash(family));
  const { idAt, indexOfId } = createIds(base, containers);
  const lotAt = (index: number, id = idAt(index)): Lot => {
    const family = Math.floor(index / FAMILY_SIZE);
    const position = index % FAMILY_SIZE;
    const hash = familyHash(family);
    return {
      index,
      id,
      family,
      position,
      level: levelOf(position),
      isLeaf: isLeafPosition(hash, position, familySize(family)),
      hash: roll(base, SALT.lot, index),
      familyHash: hash,
      anchor: anchorOf(hash),
      stepCount: STEP_COUNTS[index % STEP_COUNTS.length] as number,
    };
  };
  const lotOfId = (id: string) => {
    const index = indexOfId(id);
    return index < 0 ? undefined : lotAt(index, id);
  };
  const familyCount = Math.ceil(containers / FAMILY_SIZE);
  return {
    ...{ containers, familyCount, lotAt, lotOfId, indexOfId },
    ...{ familySize, familyHash, familyAnchor },
  };
}

/** The last quarter of the four days of a final lot is its test: within the factory's days. */
function anchorOf(familyHash: number): number {
  const share = fraction(roll(familyHash, SALT.anchor));
  return FIRST_DAY - 3 * DAY + Math.floor(share * (DAYS - 1) * DAY);
}

/** An id is its number, scrambled, behind a hash of that: other ids of 16 digits name nothing. */
function createIds(base: number, containers: number) {
  const idKey = roll(base, SALT.id);
  const checkKey = roll(base, SALT.check);
  const check = (low: number) => mix32(low ^ checkKey);
  const idAt = (index: number) => {
    const low = mix32(index ^ idKey);
    return hex8(check(low)) + hex8(low);
  };
  const indexOfId = (id: string) => {
    if (!ID_PATTERN.test(id)) return -1;
    const low = Number.parseInt(id.slice(8), 16);
    const index = (unmix32(low) ^ idKey) >>> 0;
    return index < containers && Number.parseInt(id.slice(0, 8), 16) === check(low) ? index : -1;
  };
  return { idAt, indexOfId };
}
