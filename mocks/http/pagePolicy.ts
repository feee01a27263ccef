/**
 * What the demo page needs, and nothing else: scripts, styles, workers and requests of its own site, and an
 * icon that is empty. Styles that scripts set (Vue, ECharts on its canvas) need no word here.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
