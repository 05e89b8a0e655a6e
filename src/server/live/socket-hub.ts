/**
 * The open sockets of one site. Each remembers the `t` of its last frame, so that `d` is the distance since then. Events of
 * other rooms send no frame; they only advance the counter in the next frame or heartbeat.
 */
import type { Clock } from "../../util/clock.js";
import { type Delay, DelayQueue, type Latency, pickDelay } from "../latency.js";
import { mayEnter } from "../world/access.js";
import type { LoggedEvent } from "../world/event-log.js";
import { canSeeEvent } from "../world/flagging.js";
import { timeoutLeft } from "../world/membership.js";
import type { RoomRecord, UserRecord } from "../world/records.js";
import type { RoomSignal } from "../world/room-signals.js";
import type { World } from "../world/world.js";
import { type FrameFault, FrameFaults } from "./frame-faults.js";
import {
  BatchFrames,
  countFitting,
  frameText,
  type Reader,
  type RoomFrameState,
  sortByRoom,
  stateFrame,
} from "./frames.js";
import type { Presence } from "./presence.js";

const PROXY_RESTARTING = "CloudFlare WebSocket proxy restarting";

export interface HubOptions {
  readonly heartbeatMs: number;
  readonly backlogLimit: number;
  readonly maxSocketBuffer: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The part of a `ws` socket that the hub uses. */
export interface OpenSocket {
  readonly readyState: number;
  readonly OPEN: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code: number, reason?: string): void;
  terminate(): void;
  on(event: "close" | "error", listener: () => void): unknown;
}

interface Connection {
  readonly socket: OpenSocket;
  /** All outgoing frames pass through it. */
  readonly queue: DelayQueue;
  readonly room: RoomRecord;
  readonly user: UserRecord | null;
  readonly reader: Reader;
  /** The `t` of the last frame. */
  sentCursor: number;
  /** Every event up to here was sent, or was not for this reader. */
  offeredCursor: number;
  /** State frames held back while the hub is quiet. */
  held: string[];
  /** Frames delayed by a fault until after the next frame. */
  late: string[];
  /** Its user was put out of the room: it gets no more events and is closed. */
  isEvicted: boolean;
  /** The server is closing it: no more frames are sent. */
  isClosing: boolean;
  /** Closes it after the limited lifetime, if there is one. */
  lifeTimer: { cancel(): void } | null;
}

export class SocketHub {
  readonly #world: World;
  readonly #presence: Presence;
  readonly #options: HubOptions;
  readonly #connections = new Set<Connection>();
  #heartbeat: { cancel(): void } | null = null;
  readonly #frameFaults = new FrameFaults();
  /** `silent`: sends nothing. `holding`: sends heartbeats only. */
  #quiet: "silent" | "holding" | null = null;
  #lifetime: Delay | null = null;
  readonly #latency: Latency;

  constructor(world: World, presence: Presence, latency: Latency, options: HubOptions) {
    this.#latency = latency;
    this.#world = world;
    this.#presence = presence;
    this.#options = options;
    world.log.onBatch((batch) => this.#broadcast(batch));
    world.signals.listen((signal) => this.#signal(signal));
  }

  /** The number of open sockets. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * Adds an accepted socket and sends its backlog.
   * @param cursor - the `l` parameter of its URL; null if missing
   */
  add(socket: OpenSocket, room: RoomRecord, user: UserRecord | null, cursor: number | null): void {
    const { log } = this.#world;
    const from = Math.min(cursor ?? log.oldestCursor, log.newest);
    const reader = this.#reader(room, user);
    const connection: Connection = {
      socket,
      queue: new DelayQueue(this.#latency),
      room,
      user,
      reader,
      sentCursor: from,
      offeredCursor: from,
      held: [],
      late: [],
      isEvicted: false,
      isClosing: false,
      lifeTimer: null,
    };
    const timeout = timeoutLeft(this.#world, room);
    const state = {
      ...(cursor !== null && cursor < log.oldestCursor ? { reset: true } : {}),
      ...(timeout > 0 ? { timeout } : {}),
    };
    // Logged before the socket is added, so that the user's own arrival comes with the backlog.
    if (user) this.#presence.connect(room, user);
    this.#connections.add(connection);
    this.#startLifeTimer(connection);
    socket.on("close", () => {
      connection.queue.clear();
      this.#remove(connection);
    });
    socket.on("error", () => socket.terminate());
    this.#catchUp(connection, state);
    this.#heartbeat ??= this.#beatLater();
  }

  /** Closes all connections at once, as a restarting proxy does. */
  dropAll(code?: number, reason?: string): void {
    for (const connection of this.#connections) this.#drop(connection, code, reason);
  }

  /** Limits the lifetime of sockets; null removes the limit. */
  limitLifetime(lives: Delay | null): void {
    this.#lifetime = lives;
    for (const connection of this.#connections) this.#startLifeTimer(connection);
  }

  /** Keeps sockets open and sends nothing. When turned off, they get what they missed. */
  silence(on: boolean): void {
    this.#keepQuiet(on ? "silent" : null);
  }

  /** Sends heartbeats only. When turned off, each socket gets all events in one frame, however large. */
  hold(on: boolean): void {
    this.#keepQuiet(on ? "holding" : null);
  }

  /** Sends a raw text to all sockets. */
  sendRaw(text: string): void {
    for (const connection of this.#connections) this.#deliver(connection, text);
  }

  /** Plans a fault for the next frames with events. */
  planFrameFault(fault: FrameFault, count: number): void {
    this.#frameFaults.plan(fault, count);
  }

  close(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    for (const { socket, queue: line, lifeTimer: end } of this.#connections) {
      line.clear();
      end?.cancel();
      socket.terminate();
    }
    this.#connections.clear();
  }

  #keepQuiet(quiet: "silent" | "holding" | null): void {
    const isWhole = this.#quiet === "holding";
    this.#quiet = quiet;
    if (quiet) return;
    for (const connection of [...this.#connections]) {
      if (!connection.isEvicted) this.#catchUp(connection, {}, isWhole);
      for (const text of connection.held.splice(0)) this.#deliver(connection, text);
      if (connection.isEvicted) this.#end(connection);
    }
  }

  #startLifeTimer(connection: Connection): void {
    connection.lifeTimer?.cancel();
    connection.lifeTimer = null;
    if (this.#lifetime === null) return;
    const { clock, random } = this.#options;
    connection.lifeTimer = clock.setTimeout(() => this.#drop(connection), pickDelay(this.#lifetime, random));
  }

  #drop(connection: Connection, code = 1001, reason = PROXY_RESTARTING): void {
    connection.isClosing = true;
    connection.queue.push(() => connection.socket.close(code, reason));
  }

  #deliver({ queue: line, socket }: Connection, text: string): void {
    line.push(() => {
      if (socket.readyState === socket.OPEN) socket.send(text);
    });
  }

  #reader(room: RoomRecord, user: UserRecord | null): Reader {
    const isIn = (roomId: number): boolean =>
      user !== null && (this.#world.rooms.get(roomId)?.present.has(user.id) ?? false);
    const otherRooms = (): number[] => [...this.#world.rooms.keys()].filter((id) => id !== room.id && isIn(id));
    const sees = (event: LoggedEvent): boolean => canSeeEvent(this.#world, user, event);
    return { roomId: room.id, userId: user?.id ?? null, isIn, otherRooms, sees };
  }

  #remove(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    connection.lifeTimer?.cancel();
    if (connection.user) this.#presence.disconnect(connection.room, connection.user);
  }

  /** Sends the state of a room to its own sockets, and to other sockets of users present in it. */
  #signal(signal: RoomSignal): void {
    const { room } = signal;
    for (const connection of [...this.#connections]) {
      const { user } = connection;
      const isOwn = connection.room === room;
      if (signal.kind === "timeout") {
        if (isOwn || connection.reader.isIn(room.id)) this.#sendState(connection, room, { timeout: signal.seconds });
      } else if (isOwn && !mayEnter(room, user, this.#world.now())) {
        this.#sendState(connection, room, { exit: true });
        connection.isEvicted = true;
        if (!this.#quiet) this.#end(connection);
      } else if (!isOwn && user && signal.people.has(user.id)) {
        this.#sendState(connection, room, { exit: true });
      }
    }
  }

  #sendState(connection: Connection, room: RoomRecord, state: RoomFrameState): void {
    const text = stateFrame(connection.room.id, room.id, state);
    if (this.#quiet) connection.held.push(text);
    else if (isOpen(connection)) this.#deliver(connection, text);
  }

  #end(connection: Connection): void {
    this.#remove(connection);
    connection.queue.push(() => connection.socket.close(1000));
  }

  /** Sends all events since the last frame. Beyond the limits it sends the newest, and `d` says how far back they reach. */
  #catchUp(connection: Connection, state: RoomFrameState = {}, isWhole = false): void {
    const { log } = this.#world;
    const { backlogLimit, maxSocketBuffer } = this.#options;
    let events = log.since(connection.offeredCursor);
    let since = connection.offeredCursor < log.oldestCursor ? log.oldestCursor : connection.sentCursor;
    let byRoom = sortByRoom(events, connection.reader);
    const wanted = [...new Set([...byRoom.values()].flat())].sort((a, b) => b.id - a.id);
    const count = isWhole ? wanted.length : Math.min(backlogLimit, countFitting(wanted, maxSocketBuffer));
    if (count < wanted.length) {
      events = wanted.slice(0, count).reverse();
      since = (events[0]?.id ?? 1) - 1;
      byRoom = sortByRoom(events, connection.reader);
    }
    const { newest } = log;
    const { id } = connection.room;
    const text =
      newest === connection.sentCursor
        ? stateFrame(id, id, state)
        : frameText(id, byRoom, newest, newest - since, state);
    this.#send(connection, text, byRoom.size > 0);
  }

  #broadcast(batch: readonly LoggedEvent[]): void {
    const { newest } = this.#world.log;
    // Sockets catch up when the hub is no longer quiet.
    if (this.#quiet) return;
    const frames = new BatchFrames(batch, newest);
    for (const connection of this.#connections) {
      connection.offeredCursor = newest;
      const text = frames.of(connection.reader, connection.sentCursor);
      if (text !== null) this.#send(connection, text, true);
    }
  }

  #send(connection: Connection, text: string, hasEvents: boolean): void {
    const { socket } = connection;
    if (this.#quiet || connection.isEvicted || !isOpen(connection)) return;
    if (socket.bufferedAmount > this.#options.maxSocketBuffer) {
      socket.terminate();
      return;
    }
    connection.sentCursor = this.#world.log.newest;
    connection.offeredCursor = connection.sentCursor;
    const { now, later } = hasEvents ? this.#frameFaults.apply(text) : { now: [text], later: [] };
    for (const each of now) this.#deliver(connection, each);
    if (now.length > 0) for (const each of connection.late.splice(0)) this.#deliver(connection, each);
    connection.late.push(...later);
  }

  #beat(connection: Connection): void {
    const { id } = connection.room;
    if (this.#quiet !== "holding") this.#catchUp(connection);
    else if (isOpen(connection)) this.#deliver(connection, stateFrame(id, id, {}));
  }

  #beatLater(): { cancel(): void } {
    return this.#options.clock.setTimeout(() => {
      for (const connection of this.#connections) this.#beat(connection);
      this.#heartbeat = this.#connections.size > 0 ? this.#beatLater() : null;
    }, this.#options.heartbeatMs);
  }
}

function isOpen({ socket, isClosing: dropped }: Connection): boolean {
  return !dropped && socket.readyState === socket.OPEN;
}
