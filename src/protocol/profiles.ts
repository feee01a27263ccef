export const TRACE_PROFILES = ['query_tool', 'query_tool_reverse', 'mid_section_defect'] as const;
/** One kind of trace. */
export type TraceProfile = (typeof TRACE_PROFILES)[number];

export const TRACE_DOMAINS = [
  'history',
  'materials',
  'rejects',
  'holds',
  'jobs',
  'upstream_history',
  'downstream_rejects',
] as const;
/** One kind of event. */
export type TraceDomain = (typeof TRACE_DOMAINS)[number];

export type TraceDirection = 'backward' | 'forward';

/** The workcenter groups in line order. */
export const WORKCENTER_GROUPS = [
  '切割',
  '焊接_DB',
  '焊接_WB',
  '焊接_DW',
  '成型',
  '去膠',
  '水吹砂',
  '電鍍',
  '移印',
  '切彎腳',
  '元件切割',
  '測試',
] as const;

/** The parameters of a trace as the form gives them; servers ignore what they do not know. */
export interface TraceParams {
  mode?: 'date_range' | 'container';
  /** YYYY-MM-DD, first day included. */
  start_date?: string;
  /** YYYY-MM-DD, last day included. */
  end_date?: string;
  resolve_type?: string;
  values?: string[];
  /** Workcenter group of the detection. @default '測試' */
  station?: string;
  /** @default 'backward' */
  direction?: TraceDirection;
  loss_reasons?: string[] | string;
  [name: string]: unknown;
}

/** Which way the lineage of a trace runs. */
export function directionOf(profile: TraceProfile, params: TraceParams): TraceDirection {
  if (profile === 'query_tool') return 'forward';
  if (profile === 'query_tool_reverse') return 'backward';
  return params.direction === 'forward' ? 'forward' : 'backward';
}

/** The domains that a profile asks for unless its user chooses others. */
export function defaultDomains(profile: TraceProfile, direction: TraceDirection): TraceDomain[] {
  if (profile !== 'mid_section_defect') return ['history', 'materials', 'rejects', 'holds', 'jobs'];
  return direction === 'backward'
    ? ['upstream_history', 'materials']
    : ['upstream_history', 'downstream_rejects'];
}

export function isTraceProfile(value: unknown): value is TraceProfile {
  return (TRACE_PROFILES as readonly unknown[]).includes(value);
}

export function isTraceDomain(value: unknown): value is TraceDomain {
  return (TRACE_DOMAINS as readonly unknown[]).includes(value);
}
