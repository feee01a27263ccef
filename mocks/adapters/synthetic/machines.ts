import { WORKCENTER_GROUPS } from '../../../src/protocol/index.js';
import { hex8, mix32 } from './hash.js';

/** A machine; there are 396, the same in every factory. */
export interface Machine {
  id: string;
  name: string;
  /** Number of its workcenter group in line order, from 0. */
  group: number;
  groupName: string;
  workcenter: string;
  spec: string;
  /** How many times as many defects a lot that passed it has. */
  defectFactor: number;
}

export const WORKCENTERS_A_GROUP = 3;
export const MACHINES_A_WORKCENTER = 11;

const MODELS = [
  ...['DISCO-DFD6362', 'ASM-AD8312', 'KNS-ICONN', 'OE-7200'],
  ...['TOWA-YPS', 'DEFL-K2', 'WJET-300', 'PLT-AUTO'],
  ...['PAD-M5', 'TF-S120', 'SAW-JIG9', 'TST-ETS364'],
];
const SPECS = [
  ...['晶圓切割', '黏晶', '銲線', '鋁帶銲接', '封膠成型', '化學去膠'],
  ...['水刀吹砂', '純錫電鍍', '雷射移印', '切彎腳成型', '元件分離', '電性測試'],
];
const LINES = ['A', 'B', 'C'];

/** All machines: by group, then workcenter, then number. */
export const MACHINES: readonly Machine[] = WORKCENTER_GROUPS.flatMap((groupName, group) =>
  LINES.flatMap((line, workcenter) =>
    Array.from({ length: MACHINES_A_WORKCENTER }, (_, n): Machine => {
      const number = workcenter * MACHINES_A_WORKCENTER + n + 1;
      const hash = mix32(group * 1000 + number);
      return {
        id: `48810380${hex8(hash)}`,
        name: `${MODELS[group]}-${String(number).padStart(2, '0')}`,
        group,
        groupName,
        workcenter: `${groupName}_${line}線`,
        spec: `${SPECS[group]}-${line}${(n % 2) + 1}`,
        defectFactor: hash % 64 === 0 ? 3 : 1,
      };
    }),
  ),
);

export function machineOf(group: number, workcenter: number, number: number): Machine {
  const row = group * WORKCENTERS_A_GROUP + workcenter;
  return MACHINES[row * MACHINES_A_WORKCENTER + number] as Machine;
}
