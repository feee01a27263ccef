/** A bar of a chart of the MSD aggregation. Charts that do not know a figure leave it out. */
export interface ChartEntry {
  name: string;
  input_qty?: number;
  defect_qty: number;
  /** Percent, 4 places. */
  defect_rate?: number;
  lot_count?: number;
  /** Percent of all defects up to and with this bar, falling by `defect_qty`. */
  cumulative_pct: number;
}

/** An upstream machine and the detection lots that are charged to it. */
export interface AttributionEntry {
  WORKCENTER_GROUP: string | null;
  EQUIPMENT_NAME: string | null;
  EQUIPMENT_ID: string | null;
  RESOURCEFAMILYNAME: string | null;
  DETECTION_LOT_COUNT: number;
  INPUT_QTY: number;
  DEFECT_QTY: number;
  /** Percent, 4 places. */
  DEFECT_RATE: number;
  [more: string]: unknown;
}

export interface DailyTrendEntry {
  /** YYYY-MM-DD */
  date: string;
  input_qty: number;
  defect_qty: number;
  /** Percent, 4 places. */
  defect_rate: number;
}

/** The figures of an MSD trace; which of them are there depends on its direction. */
export interface MsdAggregation {
  kpi: Record<string, number | string | null>;
  charts: Record<string, ChartEntry[]>;
  daily_trend?: DailyTrendEntry[];
  available_loss_reasons?: string[];
  genealogy_status?: string;
  detail_total_count?: number;
  attribution?: AttributionEntry[];
  [more: string]: unknown;
}
