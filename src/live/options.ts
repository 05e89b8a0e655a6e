/** Options of listening to live events. */
import { UsageError } from "../errors/index.js";
import { checkChoice, checkCount, checkCounts, checkId, checkOptions, described } from "../util/options.js";

/** One socket for each room, or one for all rooms of an account. */
export type SocketMode = "room" | "shared";

/** Options of the stream, all with defaults that suit the live sites. */
export interface StreamOptions {
  /** Milliseconds without a frame until a socket is dead: the servers send one every 15 to 25 s. @default 45000 */
  readonly idleMs?: number;
  /** Milliseconds until the first frame of a new socket must have come. @default 30000 */
  readonly firstFrameMs?: number;
  /** Milliseconds before the first reconnect; doubles up to {@link StreamOptions.maxReconnectMs}, with jitter. @default 1000 */
  readonly reconnectMs?: number;
  /** Milliseconds between reconnects at most. @default 60000 */
  readonly maxReconnectMs?: number;
  /**
   * Milliseconds of failing in a row after which listening ends with the last error. An answer that is not the site's own
   * ends nothing before that. @default never
   */
  readonly giveUpMs?: number;
  /**
   * The sockets to open: one for each room, or one for all rooms of the account as far as the server feeds them there;
   * a room that is not fed there gets a socket of its own. Anonymous clients never share. @default "room"
   */
  readonly sockets?: SocketMode;
  /** After so many sockets in a row that did not open, or brought nothing, events are polled for. @default 3 */
  readonly socketTries?: number;
  /** Milliseconds between polls while sockets do not work. @default 5000 */
  readonly pollMs?: number;
  /** Milliseconds between attempts to return from polling to a socket. @default 60000 */
  readonly retrySocketMs?: number;
  /** Milliseconds without news until one poll asks whether any was lost; 0 never asks. @default 120000 */
  readonly auditMs?: number;
  /** Where to resume in each room, by room id: `client.cursors` from when the bot stopped. @default from now on */
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
  giveUpMs: Number.POSITIVE_INFINITY,
  sockets: "room",
};

/**
 * Checks the option `stream` by names and values.
 * @throws {BAD_ARGUMENT} naming the option and its fault
 */
export function checkStreamOptions(options: StreamOptions | undefined): void {
  checkOptions("the option stream", options, [...Object.keys(streamDefaults), "cursors"]);
  if (options?.sockets !== undefined) checkChoice("stream.sockets", options.sockets, ["room", "shared"]);
  checkCounts("stream", options, {
    idleMs: 1,
    firstFrameMs: 1,
    reconnectMs: 0,
    maxReconnectMs: 0,
    giveUpMs: 1,
    socketTries: 0,
    pollMs: 1,
    retrySocketMs: 0,
    auditMs: 0,
  });
  checkCursors(options?.cursors);
}

function checkCursors(cursors: unknown): void {
  if (cursors === undefined) return;
  if (typeof cursors !== "object" || cursors === null || Array.isArray(cursors)) {
    throw new UsageError(`stream.cursors is an object from room ids to event ids, not ${described(cursors)}`);
  }
  for (const [roomId, cursor] of Object.entries(cursors)) {
    checkId("room", Number(roomId));
    checkCount(`stream.cursors[${roomId}]`, cursor, 0);
  }
}

/**
 * The state of a stream: `connecting` for the first time, `live`, `stale` when nothing came for too long, `resuming`
 * after a loss, `polling` while sockets do not work, `closed`.
 */
export type StreamState = "connecting" | "live" | "stale" | "resuming" | "polling" | "closed";
