import type { TraceDomain, TraceParams, TraceProfile } from './profiles.js';

/** A lot that the trace starts from. */
export interface Seed {
  container_id: string;
  container_name: string | null;
  lot_id: string | null;
}

export interface SeedResolveRequest {
  profile: TraceProfile;
  params: TraceParams;
}

export interface SeedResolveAnswer {
  stage: 'seed-resolve';
  seeds?: Seed[];
  /** Newer servers: the ids alone. */
  seed_container_ids?: string[];
  seed_count: number;
  cache_key?: string | null;
  not_found?: string[];
}

export interface LineageRequest {
  profile: TraceProfile;
  container_ids: string[];
  cache_key?: string | null;
  params: TraceParams;
}

export interface LineageNode {
  container_id: string;
  container_name: string | null;
  mfgorder_name: string | null;
  wafer_lot: string | null;
  node_type: string;
}
export interface LineageEdge {
  /** The ancestor. */
  from_cid: string;
  /** The descendant. */
  to_cid: string;
  edge_type: string;
}

/** The lineage, backward (`ancestors`, `seed_roots`) or forward (`children_map`). */
export interface LineageAnswer {
  stage: 'lineage';
  ancestors?: Record<string, string[]>;
  merges?: Record<string, unknown>;
  roots?: string[];
  children_map?: Record<string, string[]>;
  leaf_serials?: Record<string, unknown>;
  seed_roots?: Record<string, string>;
  names?: Record<string, string>;
  parent_map?: Record<string, string[]>;
  merge_edges?: Record<string, string[]>;
  nodes?: Record<string, LineageNode>;
  edges?: LineageEdge[];
  total_nodes?: number;
  total_ancestor_count?: number;
  /** Newer servers: the name under which the server keeps the lineage. */
  query_id?: string;
}

/** What the events stage needs to know of the lineage. */
export interface EventsLineage {
  ancestors?: Record<string, string[]>;
  children_map?: Record<string, string[]>;
  seed_roots?: Record<string, string>;
}

export interface EventsRequest {
  profile: TraceProfile;
  container_ids: string[];
  domains: TraceDomain[];
  cache_key?: string | null;
  params: TraceParams;
  seed_container_ids?: string[];
  lineage?: EventsLineage;
  lineage_query_id?: string;
}

/** The 202 of a stage that a queue took. */
export interface JobAccepted {
  stage?: string;
  async?: boolean;
  job_id?: string;
  status_url: string;
  stream_url?: string;
  /** Ours: `DELETE {status_url}` is understood. */
  cancel?: boolean;
  /** Ours: `GET {stream_url}?follow=1` sends rows while the job is at work. */
  follow?: boolean;
}
