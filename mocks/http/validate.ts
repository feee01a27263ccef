import {
  type EventsRequest,
  isTraceDomain,
  isTraceProfile,
  type LineageRequest,
  type SeedResolveRequest,
  SERVER_ERROR_CODES,
  TRACE_DOMAINS,
  TRACE_PROFILES,
  type TraceDomain,
  type TraceParams,
  type TraceProfile,
  WORKCENTER_GROUPS,
} from '../../src/protocol/index.js';
import { ApiError } from './ApiError.js';

type Body = Record<string, unknown>;

const MAX_RANGE_DAYS = 730;
/** Ids, names and reasons are far shorter. */
const MAX_TEXT_LENGTH = 1_000;
/** Of a list in `params`; and the characters of one that is written as a text. */
const MAX_VALUES = 10_000;
const RESOLVE_TYPES: Record<TraceProfile, readonly string[]> = {
  query_tool: ['wafer_lot', 'lot_id', 'work_order'],
  query_tool_reverse: ['serial_number', 'gd_work_order', 'gd_lot_id'],
  mid_section_defect: ['lot_id', 'work_order', 'wafer_lot'],
};

function invalid(message: string): ApiError {
  return new ApiError(400, SERVER_ERROR_CODES.invalidParams, message);
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readProfile(body: Body): TraceProfile {
  if (isTraceProfile(body.profile)) return body.profile;
  throw new ApiError(
    400,
    SERVER_ERROR_CODES.invalidProfile,
    `"profile" must be one of ${TRACE_PROFILES.join(', ')}.`,
  );
}

function readObject(body: Body, name: string): Body {
  const value = body[name] ?? {};
  if (!isObject(value)) throw invalid(`"${name}" must be a JSON object.`);
  return value;
}

/** Texts, trimmed; blanks and repeats are dropped, the order is kept. */
function readTexts(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw invalid(`"${name}" must be a list of texts.`);
  const texts = new Set<string>();
  for (const item of value as unknown[]) {
    if (typeof item !== 'string') throw invalid(`"${name}" must be a list of texts.`);
    if (item.length > MAX_TEXT_LENGTH) {
      throw invalid(
        `"${name}" holds a text of ${item.length} characters; ${MAX_TEXT_LENGTH} are taken.`,
      );
    }
    texts.add(item.trim());
  }
  texts.delete('');
  return [...texts];
}

function readIds(value: unknown, name: string, most: number): string[] {
  const ids = readTexts(value, name);
  if (ids.length <= most) return ids;
  throw new ApiError(
    413,
    SERVER_ERROR_CODES.cidLimitExceeded,
    `The request names ${ids.length} containers and ${most} are allowed; narrow it down.`,
  );
}

function readContainerIds({ container_ids: value }: Body, most: number): string[] {
  const ids = readIds(value, 'container_ids', most);
  if (ids.length === 0) throw invalid('"container_ids" names no container.');
  return ids;
}

function readDate(params: Body, name: string): number {
  const text = params[name];
  const time =
    typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  // engines take 2026-02-30 for the 2nd of March: what was read must be what was written
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw invalid(`"params.${name}" must be a date, YYYY-MM-DD.`);
  }
  return time;
}

function checkRange(params: Body): void {
  const days = (readDate(params, 'end_date') - readDate(params, 'start_date')) / 86_400_000;
  if (days < 0) throw invalid('"params.end_date" is before "params.start_date".');
  if (days >= MAX_RANGE_DAYS) {
    throw invalid(`"params" span ${days + 1} days; ask for at most ${MAX_RANGE_DAYS}.`);
  }
}

/** A list of `params`, or what stands for one. */
function checkLength({ length }: string | string[], name: string): void {
  if (length > MAX_VALUES) {
    throw invalid(`"params.${name}" is ${length} long; at most ${MAX_VALUES} are taken.`);
  }
}

function checkValues(profile: TraceProfile, params: Body): void {
  const types = RESOLVE_TYPES[profile];
  if (!types.includes(params.resolve_type as string)) {
    throw invalid(`"params.resolve_type" must be one of ${types.join(', ')} for ${profile}.`);
  }
  const values = readTexts(params.values, 'params.values');
  if (values.length === 0) throw invalid('"params.values" names nothing.');
  checkLength(values, 'values');
  params.values = values;
}

/** Checks what every stage reads of `params`; the parts that a stage does not need may be absent. */
function readParams(profile: TraceProfile, body: Body): TraceParams {
  // a form sends its empty fields as null: they are absent
  const given = Object.entries(readObject(body, 'params')).filter(([, value]) => value !== null);
  const params: TraceParams = Object.fromEntries(given);
  if (profile !== 'mid_section_defect') return params;
  const { direction, station, loss_reasons: reasons } = params;
  if (direction !== undefined && direction !== 'backward' && direction !== 'forward') {
    throw invalid('"params.direction" must be backward or forward.');
  }
  if (station !== undefined && !(WORKCENTER_GROUPS as readonly unknown[]).includes(station)) {
    throw invalid(`"params.station" must be one of ${WORKCENTER_GROUPS.join(', ')}.`);
  }
  if (reasons !== undefined) {
    const read = typeof reasons === 'string' ? reasons : readTexts(reasons, 'params.loss_reasons');
    checkLength(read, 'loss_reasons');
    params.loss_reasons = read;
  }
  return params;
}

/** @throws ApiError 400 that names the field */
export function readSeedResolveRequest(body: Body): SeedResolveRequest {
  const profile = readProfile(body);
  const params = readParams(profile, body);
  if (profile === 'mid_section_defect') {
    const mode = params.mode ?? 'date_range';
    if (mode !== 'date_range' && mode !== 'container') {
      throw invalid('"params.mode" must be date_range or container.');
    }
    if (mode === 'date_range') {
      checkRange(params);
      return { profile, params };
    }
  }
  checkValues(profile, params);
  return { profile, params };
}

/** @throws ApiError 400 that names the field, 413 where it names more than `maxIds` containers */
export function readLineageRequest(body: Body, maxIds: number): LineageRequest {
  const profile = readProfile(body);
  return {
    profile,
    container_ids: readContainerIds(body, maxIds),
    params: readParams(profile, body),
  };
}

function readDomains(body: Body): TraceDomain[] {
  const names = readTexts(body.domains, 'domains');
  const unknown = names.find((name) => !isTraceDomain(name));
  if (unknown !== undefined || names.length === 0) {
    throw invalid(`"domains" must be a list of ${TRACE_DOMAINS.join(', ')}.`);
  }
  return names as TraceDomain[];
}

function readLists(lineage: Body, name: string): Record<string, string[]> {
  const lists = readObject(lineage, name);
  for (const list of Object.values(lists)) {
    if (!Array.isArray(list) || list.some((id) => typeof id !== 'string')) {
      throw invalid(`"lineage.${name}" must give a list of ids for each id.`);
    }
  }
  return lists as Record<string, string[]>;
}

function readNames(lineage: Body, name: string): Record<string, string> {
  const names = readObject(lineage, name);
  if (Object.values(names).some((value) => typeof value !== 'string')) {
    throw invalid(`"lineage.${name}" must give a text for each id.`);
  }
  return names as Record<string, string>;
}

/** @throws ApiError 400 that names the field, 413 where it names more than `maxIds` containers */
export function readEventsRequest(body: Body, maxIds: number): EventsRequest {
  const profile = readProfile(body);
  const lineage = readObject(body, 'lineage');
  return {
    profile,
    container_ids: readContainerIds(body, maxIds),
    domains: readDomains(body),
    params: readParams(profile, body),
    seed_container_ids: readIds(body.seed_container_ids ?? [], 'seed_container_ids', maxIds),
    lineage: {
      ancestors: readLists(lineage, 'ancestors'),
      seed_roots: readNames(lineage, 'seed_roots'),
    },
  };
}

/** @throws ApiError 400 where the id could not be one */
export function checkName(value: string, name: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(value)) return value;
  throw invalid(`"${name}" may hold letters, digits, "_" and "-" only, 128 at most.`);
}

/** A whole number ≥ 0 from the query; 0 where it is absent. */
export function readCount(value: string | undefined, name: string): number {
  if (value === undefined) return 0;
  const count = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
  if (Number.isNaN(count)) throw invalid(`"${name}" must be a whole number of at least 0.`);
  return count;
}
