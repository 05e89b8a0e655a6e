/** How live events are listened to. */

/** Options of the stream, all with defaults that suit the live sites. */
export interface StreamOptions {
  /** A socket without any frame for so many milliseconds is dead: the servers send one every 15 to 25 s. @default 45000 */
  readonly idleMs?: number;
  /** Milliseconds until the first frame of a new socket must have come. @default 30000 */
  readonly firstFrameMs?: number;
  /** Milliseconds before the first reconnect; doubles up to {@link StreamOptions.maxReconnectMs}, with jitter. @default 1000 */
  readonly reconnectMs?: number;
  /** Milliseconds between reconnects at most. @default 60000 */
  readonly maxReconnectMs?: number;
  /** After so many failed sockets in a row events are polled for. @default 3 */
  readonly socketTries?: number;
  /** Milliseconds between polls while sockets do not work. @default 5000 */
  readonly pollMs?: number;
  /** Milliseconds between attempts to return from polling to a socket. @default 60000 */
  readonly retrySocketMs?: number;
  /** Milliseconds without news until one poll asks whether any was lost; 0 never asks. @default 120000 */
  readonly auditMs?: number;
  /** Where to go on in each room, by room id: what `client.cursors` was when the bot stopped. @default from now on */
  readonly cursors?: Readonly<Record<number, number>>;
}

/** Every option with its value. */
export type ResolvedStreamOptions = Required<Omit<StreamOptions, "cursors">>;

export const streamDefaults: ResolvedStreamOptions = {
  idleMs: 45_000,
  firstFrameMs: 30_000,
  reconnectMs: 1_000,
  maxReconnectMs: 60_000,
  socketTries: 3,
  pollMs: 5_000,
  retrySocketMs: 60_000,
  auditMs: 120_000,
};

/** Their names, to refuse others. */
export const streamOptionNames: readonly string[] = [...Object.keys(streamDefaults), "cursors"];

/**
 * How a stream is: `connecting` for the first time, `live`, `stale` when nothing came for too long, `resuming` after a
 * loss, `polling` while sockets do not work, `closed`.
 */
export type StreamState = "connecting" | "live" | "stale" | "resuming" | "polling" | "closed";
