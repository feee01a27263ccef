import type { Hono } from 'hono';
import type { PrometheusMetrics } from './prometheusMetrics.js';

/** `GET /metrics`, for a Prometheus. */
export function addMetricsRoute(app: Hono, metrics: PrometheusMetrics): void {
  app.get('/metrics', async (c) =>
    c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  );
}
