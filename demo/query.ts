import type { TraceDirection, TraceParams, TraceProfile } from '../src/index.js';
import { FIRST_DAY, IN_PAGE_CONTAINERS, LAST_DAY, SERVER_CONTAINERS } from './defaults.js';

/** What the form holds. */
export interface Query {
  profile: TraceProfile;
  direction: TraceDirection;
  station: string;
  mode: 'date_range' | 'container';
  startDate: string;
  endDate: string;
  resolveType: string;
  /** One a line. */
  values: string;
  containers: number;
}

export const RESOLVE_TYPES: Record<TraceProfile, readonly string[]> = {
  mid_section_defect: ['wafer_lot', 'work_order', 'lot_id'],
  query_tool: ['wafer_lot', 'work_order', 'lot_id'],
  query_tool_reverse: ['serial_number', 'gd_work_order', 'gd_lot_id'],
};

/** Numbers that the synthetic factory knows, by kind. */
export const EXAMPLE_VALUES: Record<string, string> = {
  wafer_lot: 'WF000001\nWF000002',
  work_order: 'GA25000001',
  lot_id: 'GA25000001-D14',
  serial_number: 'SN000000014',
  gd_work_order: 'GD25000001',
  gd_lot_id: 'GD25000001-D14',
};

export function defaultQuery(): Query {
  return {
    profile: 'mid_section_defect',
    direction: 'backward',
    station: '測試',
    mode: 'date_range',
    startDate: FIRST_DAY,
    endDate: LAST_DAY,
    resolveType: 'wafer_lot',
    values: EXAMPLE_VALUES.wafer_lot!,
    containers: __BACKEND_IN_PAGE__ ? IN_PAGE_CONTAINERS : SERVER_CONTAINERS,
  };
}

/** Whether the query names its lots, in place of the days of their detection. */
export function namesLots({ profile, mode }: Query): boolean {
  return profile !== 'mid_section_defect' || mode === 'container';
}

/** The query as the parameters of a trace. */
export function paramsOf(query: Query): TraceParams {
  const { profile, direction, station, mode, startDate, endDate, resolveType, values } = query;
  const msd = profile === 'mid_section_defect' ? { mode, direction, station } : {};
  if (!namesLots(query)) {
    // `containers` is understood by the synthetic factory alone
    return { ...msd, start_date: startDate, end_date: endDate, containers: query.containers };
  }
  return { ...msd, resolve_type: resolveType, values: values.split(/[\n,]+/) };
}
