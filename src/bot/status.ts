/** The status of a bot. */
import type { StreamState } from "../index.js";
import type { Engine } from "./engine.js";
import type { MetricSource } from "./health/index.js";
import { HANDLER_BUCKETS_MS, type HandlerStatistics } from "./statistics.js";

/** The state of a bot. Times are in milliseconds since the epoch; counts are since it was started. */
export interface BotStatus {
  readonly isRunning: boolean;
  readonly startedAt: number | null;
  readonly rooms: readonly {
    readonly id: number;
    readonly host: string;
    readonly isHome: boolean;
    /** The state of the event stream of its client. */
    readonly state: StreamState;
  }[];
  readonly lastEventAt: number | null;
  /** Runs of handlers that have finished. */
  readonly handled: number;
  /** Runs that failed. */
  readonly failed: number;
  /** Messages that were refused: no right, too early, too many. */
  readonly refused: number;
  /** Commands that were too old, or too many at once. */
  readonly skipped: number;
  /** Handlers that run now. */
  readonly running: number;
  /** Messages that wait for their turn. */
  readonly waiting: number;
  /** Questions that wait for people. */
  readonly questions: number;
  /** Actions that wait to be sent. */
  readonly sending: number;
  readonly handlers: ReadonlyMap<string, HandlerStatistics>;
}

/** The status of a bot's engine; undefined before it was started. @internal */
export function statusOf(engine: Engine | undefined): BotStatus {
  const statistics = engine?.statistics;
  return {
    isRunning: engine !== undefined && !engine.scope.isStopping,
    startedAt: engine?.startedAt ?? null,
    rooms: (engine?.rooms ?? []).map(({ room, isHome }) => ({
      id: room.id,
      host: room.site.host,
      isHome,
      state: room.client.state,
    })),
    lastEventAt: statistics?.lastEventAt ?? null,
    handled: statistics?.handled ?? 0,
    failed: statistics?.failed ?? 0,
    refused: statistics?.refused ?? 0,
    skipped: statistics?.skipped ?? 0,
    running: engine?.runner.size ?? 0,
    waiting: engine?.waiting.messages ?? 0,
    questions: engine?.waiting.questions ?? 0,
    sending: (engine?.accounts.clients ?? []).reduce((sum, { outbox }) => sum + outbox.pending.length, 0),
    handlers: new Map(statistics?.handlers ?? []),
  };
}

/** The figures of a bot's engine for its health server. @internal */
export function metricSourceOf(engine: () => Engine | undefined): MetricSource {
  return {
    look: () => statusOf(engine()),
    clients: () =>
      (engine()?.accounts.clients ?? []).map(({ site, counts, outbox }) => ({ host: site.host, counts, outbox })),
    handlerTimes: () => ({ boundsMs: HANDLER_BUCKETS_MS, counts: engine()?.statistics.buckets ?? [] }),
  };
}
