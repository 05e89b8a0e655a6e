/** The options of live events. */
import { UsageError } from "../errors/index.js";
import { checkChoice, checkCount, checkCounts, checkId, checkOptions, describeValue } from "../util/options.js";

/** One socket per room, or one shared by all rooms of an account. */
export type SocketMode = "room" | "shared";

/** Options of the event stream. The defaults suit the live sites. */
export interface StreamOptions {
  /**
   * Milliseconds without a frame after which a socket counts as dead; the servers send one every 15 to 25 s. @default
   * 45000
   */
  readonly idleMs?: number;
  /** Milliseconds within which a new socket must receive its first frame. @default 30000 */
  readonly firstFrameMs?: number;
  /**
   * Milliseconds before the first reconnect. Doubles with each failure up to {@link StreamOptions.maxReconnectMs}, with
   * jitter. @default 1000
   */
  readonly reconnectMs?: number;
  /** The maximum milliseconds between reconnects. @default 60000 */
  readonly maxReconnectMs?: number;
  /**
   * Milliseconds of continuous failure after which listening ends with the last error. Until then, answers that are not
   * the site's own never end it. @default never
   */
  readonly giveUpMs?: number;
  /**
   * `room` opens one socket per room. `shared` opens one for all rooms of the account that the server feeds through it;
   * other rooms get their own socket. Anonymous clients never share. @default "room"
   */
  readonly sockets?: SocketMode;
  /** The number of sockets in a row that fail to open, or deliver nothing, before events are polled. @default 3 */
  readonly socketTries?: number;
  /** Milliseconds between polls while sockets fail. @default 5000 */
  readonly pollMs?: number;
  /** Milliseconds of polling between attempts to open a socket again. @default 60000 */
  readonly retrySocketMs?: number;
  /** Milliseconds without an event after which one poll checks whether any was lost; 0 never checks. @default 120000 */
  readonly auditMs?: number;
  /**
   * The event id to resume from, by room id: the value of `client.cursors` from an earlier run. @default from now on
   */
  readonly cursors?: Readonly<Record<number, number>>;
}

/** All options with their values. */
export type ResolvedStreamOptions = Required<Omit<StreamOptions, "cursors">>;

export const STREAM_DEFAULTS: ResolvedStreamOptions = {
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
 * Checks the names and values of the option `stream`.
 * @throws {BAD_ARGUMENT} naming the option and what is wrong with it
 */
export function checkStreamOptions(options: StreamOptions | undefined): void {
  checkOptions("the option stream", options, [...Object.keys(STREAM_DEFAULTS), "cursors"]);
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
    throw new UsageError(`stream.cursors must be an object from room ids to event ids, not ${describeValue(cursors)}`);
  }
  for (const [roomId, cursor] of Object.entries(cursors)) {
    checkId("room", Number(roomId));
    checkCount(`stream.cursors[${roomId}]`, cursor, 0);
  }
}

/**
 * The state of the event stream. `connecting`: for the first time. `live`: events arrive through sockets. `stale`:
 * nothing arrived for too long. `resuming`: reconnecting after a loss. `polling`: sockets fail, so events are polled.
 * `closed`: not listening.
 */
export type StreamState = "connecting" | "live" | "stale" | "resuming" | "polling" | "closed";
