/** What the DashBoard's worker stores of a job: the text of Python's json.dumps, key by key. */
export const PYTHON_RESULT = {
  'result:meta': String.raw`{"profile": "mid_section_defect", "domains": {"history": {"chunks": 2, "total": 3}, "holds": {"chunks": 1, "total": 1}}, "failed_domains": ["jobs"]}`,
  'result:history:0': String.raw`[{"CONTAINERID": "48810400000a1b2c", "WORKCENTERNAME": "\u710a\u63a5_DB", "TRACKINQTY": 1200, "TRACKINTIMESTAMP": "2026-02-25 08:00:00", "FINISHEDRUNCARD": null}, {"CONTAINERID": "48810400000a1b2c", "WORKCENTERNAME": "\u6210\u578b", "TRACKINQTY": 1198, "TRACKINTIMESTAMP": "2026-02-25 09:30:00", "FINISHEDRUNCARD": "RC \"7\", [b]"}]`,
  'result:history:1': String.raw`[{"CONTAINERID": "48810400000a1b2d", "WORKCENTERNAME": "\u96fb\u934d", "TRACKINQTY": 800, "TRACKINTIMESTAMP": "2026-02-26 10:00:00", "FINISHEDRUNCARD": null}]`,
  'result:holds:0': String.raw`[{"CONTAINERID": "48810400000a1b2d", "HOLDREASONNAME": "\u7b49\u5f85\\\u5224\u5b9a", "HOLD_HOURS": 1.5}]`,
  'result:aggregation': String.raw`{"kpi": {"total_input": 2000, "total_defect_rate": 1.25, "top_loss_reason": "\u5916\u89c0\u4e0d\u826f"}}`,
};

/** The same of older releases, under the one key `result`. */
export const PYTHON_LEGACY_RESULT = String.raw`{"stage": "events", "results": {"history": {"data": [{"CONTAINERID": "48810400000a1b2c", "WORKCENTERNAME": "\u710a\u63a5_DB", "TRACKINQTY": 1200, "TRACKINTIMESTAMP": "2026-02-25 08:00:00", "FINISHEDRUNCARD": null}, {"CONTAINERID": "48810400000a1b2c", "WORKCENTERNAME": "\u6210\u578b", "TRACKINQTY": 1198, "TRACKINTIMESTAMP": "2026-02-25 09:30:00", "FINISHEDRUNCARD": "RC \"7\", [b]"}], "count": 2}}, "aggregation": null}`;

/** The hash of such a job. */
export const PYTHON_JOB = {
  profile: 'mid_section_defect',
  cid_count: '25000',
  domains: 'history,holds,jobs',
  status: 'finished',
  progress: 'complete',
  created_at: '1772000000.123456',
  completed_at: '1772000060.5',
  error: '',
};
