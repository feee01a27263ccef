import { DAY, formatDay } from './clock.js';
import type { Factory, Lot } from './factory.js';
import { FAMILY_SIZE } from './family.js';

const LEVEL_LETTERS = ['A', 'B', 'C', 'D'];

/** A factory, and how many of its families a trace may touch. */
export interface Scope {
  factory: Factory;
  families: number;
}

type Named = Pick<Lot, 'family' | 'anchor'>;

const pad = (number: number, digits: number) => String(number).padStart(digits, '0');

/** Two digits of the year in which the wafer lot began, and the number of the family. */
function orderNumber({ family, anchor }: Named): string {
  return formatDay(anchor - 18 * DAY).slice(2, 4) + pad(family + 1, 6);
}

/** `WF000123` */
export function waferLotName(family: number): string {
  return `WF${pad(family + 1, 6)}`;
}
/** `GA26000123` */
export function workOrderName(lot: Named): string {
  return `GA${orderNumber(lot)}`;
}
/** `GA26000123-D14` */
export function lotName(lot: Lot): string {
  return workOrderName(lot) + suffix(lot);
}
/** `SN000002459` */
export function serialName(index: number): string {
  return `SN${pad(index + 1, 9)}`;
}
function suffix({ level, position }: Lot): string {
  return `-${LEVEL_LETTERS[level]}${pad(position + 1, 2)}`;
}

/** The family of a wafer lot, or −1. Only the exact name counts: it is made again and compared. */
export function familyOfWaferLot({ families }: Scope, name: string): number {
  const family = Number(/^WF(\d{6,10})$/.exec(name)?.[1] ?? 0) - 1;
  return family >= 0 && family < families && waferLotName(family) === name ? family : -1;
}

/** Work orders begin with GA, those of finished goods with GD. */
export type OrderPrefix = 'GA' | 'GD';

/** The family of a work order, or −1. */
export function familyOfOrder(scope: Scope, prefix: OrderPrefix, name: string): number {
  const family = Number(/^..\d\d(\d{6,10})$/.exec(name)?.[1] ?? 0) - 1;
  if (family < 0 || family >= scope.families) return -1;
  const named = { family, anchor: scope.factory.familyAnchor(family) };
  return name === prefix + orderNumber(named) ? family : -1;
}

/** The lot with a name. */
export function lotOfName(scope: Scope, prefix: OrderPrefix, name: string): Lot | undefined {
  const [, order = '', digits = ''] = /^(.+)-[A-D](\d\d)$/.exec(name) ?? [];
  const family = familyOfOrder(scope, prefix, order);
  const position = Number(digits) - 1;
  if (family < 0 || position < 0 || position >= scope.factory.familySize(family)) return undefined;
  const lot = scope.factory.lotAt(family * FAMILY_SIZE + position);
  return name === order + suffix(lot) ? lot : undefined;
}

/** The lot with a serial number; only lots that left the factory have one. */
export function lotOfSerial({ factory, families }: Scope, name: string): Lot | undefined {
  const index = Number(/^SN(\d{9,10})$/.exec(name)?.[1] ?? 0) - 1;
  const known = index >= 0 && index < Math.min(factory.containers, families * FAMILY_SIZE);
  const lot = known && serialName(index) === name ? factory.lotAt(index) : undefined;
  return lot?.isLeaf ? lot : undefined;
}
