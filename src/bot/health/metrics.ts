/** The figures of a bot in the text format of Prometheus, by the package prom-client if it is installed. */

import type * as PromClient from "prom-client";
import { type Counts, UsageError } from "../../index.js";
import type { BotStatus } from "../status.js";

/** The figures of one client. */
export interface ClientFigures {
  readonly host: string;
  readonly counts: Counts;
  readonly outbox: { readonly pending: readonly unknown[] };
}

/** The sources of the figures. */
export interface MetricSource {
  /** Returns the state of the bot. */
  readonly look: () => BotStatus;
  /** The clients of the bot. @default none */
  readonly clients?: (() => readonly ClientFigures[]) | undefined;
  /** How many runs of handlers took at most each bound; the last count is for longer ones. @default none */
  readonly handlerTimes?: (() => HandlerTimes) | undefined;
}

/** A histogram of handler times. */
export interface HandlerTimes {
  /** Upper bounds in milliseconds, ascending. */
  readonly boundsMs: readonly number[];
  /** Runs within each bound and above the one before; one count more than bounds. */
  readonly counts: readonly number[];
}

type Labels = Readonly<Record<string, string | number>>;

/** A metric as prom-client's registry reads it. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly values: readonly { readonly value: number; readonly labels: Labels; readonly metricName?: string }[];
}

/** A text, and its content type. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

/**
 * Returns a function that writes the figures, with those of prom-client's default registry: the bot's own ones.
 * @throws {BAD_ARGUMENT} when prom-client is not installed, naming the command that installs it
 */
export async function openMetrics(source: MetricSource): Promise<() => Promise<MetricsText>> {
  const { Registry, register } = await loadPromClient();
  return async () => {
    // prom-client asks each metric for its values, so a registry of snapshots needs no copies of counters.
    const registry = new Registry();
    for (const metric of metricsOf(source)) {
      registry.registerMetric(snapshotOf(metric));
    }
    const own = await register.metrics();
    const text = `${await registry.metrics()}${own.trim() === "" ? "" : `\n${own}`}`;
    return { contentType: registry.contentType, text };
  };
}

/** The registry reads no more of a metric than this, but its type wants the classes, which cannot hold a snapshot. */
function snapshotOf(metric: Metric): PromClient.Metric {
  return { name: metric.name, get: async () => metric } as unknown as PromClient.Metric;
}

async function loadPromClient(): Promise<Pick<typeof PromClient, "Registry" | "register">> {
  try {
    const { default: client } = await import("prom-client");
    return client;
  } catch (cause) {
    throw new UsageError("/metrics needs the package prom-client: run npm install prom-client", { cause });
  }
}

function metricsOf({ look, clients, handlerTimes }: MetricSource): readonly Metric[] {
  const status = look();
  return [
    ...botMetrics(status),
    ...roomMetrics(status),
    ...handlerMetrics(status),
    ...(handlerTimes ? [histogram(status, handlerTimes())] : []),
    ...(clients ? clientMetrics(clients()) : []),
  ];
}

function botMetrics(status: BotStatus): readonly Metric[] {
  const seconds = (time: number | null): number => (time ?? 0) / 1_000;
  return [
    counter("handled_total", "Runs of handlers that have finished.", status.handled),
    counter("failed_total", "Runs of handlers that failed.", status.failed),
    counter("refused_total", "Messages that were refused: no right, too early, too many.", status.refused),
    counter("skipped_total", "Commands that were too old, or too many at once.", status.skipped),
    gauge("running", "Handlers that run now.", status.running),
    gauge("waiting", "Messages that wait for their turn.", status.waiting),
    gauge("questions", "Questions that wait for people.", status.questions),
    gauge("sending", "Actions that wait to be sent.", status.sending),
    gauge("started_seconds", "When the bot was started, in seconds since the epoch.", seconds(status.startedAt)),
    gauge("last_event_seconds", "When the last event came, in seconds since the epoch.", seconds(status.lastEventAt)),
  ];
}

function roomMetrics({ rooms }: BotStatus): readonly Metric[] {
  const values = rooms.map(({ host, id, state }) => ({
    labels: { host, room: id },
    value: state === "live" || state === "polling" ? 1 : 0,
  }));
  return [named("gauge", "bot_room_listening", "Whether events of a room arrive.", values)];
}

/** Count and sum for each handler: a summary without quantiles. */
function handlerMetrics({ handlers }: BotStatus): readonly Metric[] {
  const name = "chatexchange_bot_handler_run_seconds";
  const values = [...handlers].flatMap(([handler, { count, totalMs }]) => [
    { metricName: `${name}_sum`, labels: { handler }, value: totalMs / 1_000 },
    { metricName: `${name}_count`, labels: { handler }, value: count },
  ]);
  const failures = [...handlers].map(([handler, { failed }]) => ({ labels: { handler }, value: failed }));
  return [
    { name, help: "Time of the runs of each handler.", type: "summary", values },
    named("counter", "bot_handler_failed_total", "Runs of each handler that failed.", failures),
  ];
}

function histogram({ handlers }: BotStatus, { boundsMs, counts }: HandlerTimes): Metric {
  const name = "chatexchange_bot_handler_seconds";
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    const bound = boundsMs[index];
    return { metricName: `${name}_bucket`, labels: { le: bound === undefined ? "+Inf" : bound / 1_000 }, value: total };
  });
  const sum = [...handlers.values()].reduce((all, { totalMs }) => all + totalMs, 0) / 1_000;
  const ends = [
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: total },
  ];
  return { name, help: "Time of the runs of all handlers.", type: "histogram", values: [...buckets, ...ends] };
}

/** Clients of one host, such as two accounts, count together: a series must be unique. */
function clientMetrics(clients: readonly ClientFigures[]): readonly Metric[] {
  const events = new Map<string, { readonly labels: Labels; value: number }>();
  const queued = new Map<string, { readonly labels: Labels; value: number }>();
  for (const { host, counts, outbox } of clients) {
    addTo(queued, { host }, outbox.pending.length);
    for (const [event, count] of Object.entries(counts)) addTo(events, { host, event }, count);
  }
  return [
    named("counter", "client_events_total", "Events of the clients, as client.counts has them.", [...events.values()]),
    named("gauge", "client_outbox", "Actions in the queues of the clients.", [...queued.values()]),
  ];
}

function addTo(sums: Map<string, { readonly labels: Labels; value: number }>, labels: Labels, value: number): void {
  const key = JSON.stringify(labels);
  const known = sums.get(key);
  if (known) known.value += value;
  else sums.set(key, { labels, value });
}

function counter(name: string, help: string, value: number): Metric {
  return named("counter", `bot_${name}`, help, [{ labels: {}, value }]);
}

function gauge(name: string, help: string, value: number): Metric {
  return named("gauge", `bot_${name}`, help, [{ labels: {}, value }]);
}

function named(type: Metric["type"], name: string, help: string, values: Metric["values"]): Metric {
  return { name: `chatexchange_${name}`, help, type, values };
}
