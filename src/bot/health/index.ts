/** A health server: `/healthz`, `/livez` and `/metrics`. */
export { type Health, type HealthOptions, startHealth } from "./health.js";
export type { ClientFigures, HandlerTimes, MetricSource } from "./metrics.js";
