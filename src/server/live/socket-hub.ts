/**
 * The open sockets of one site. Each remembers the counter of its last frame, so that `d` tells how far the host has
 * moved since; other rooms' events make no frame of their own, they show in the next one or in the heartbeat.
 */
import type { Clock } from "../../util/clock.js";
import { type Delay, drawn, type Latency, Line } from "../latency.js";
import { mayEnter } from "../world/access.js";
import type { LoggedEvent } from "../world/event-log.js";
import { seesEvent } from "../world/flagging.js";
import { timeoutLeft } from "../world/membership.js";
import type { RoomRecord, UserRecord } from "../world/records.js";
import type { RoomSignal } from "../world/room-signals.js";
import type { World } from "../world/world.js";
import { type FrameFault, FrameFaults } from "./frame-faults.js";
import { BatchFrames, countFitting, frameText, type Reader, type RoomState, sortByRoom, stateFrame } from "./frames.js";
import type { Presence } from "./presence.js";

const restarting = "CloudFlare WebSocket proxy restarting";

export interface HubOptions {
  readonly heartbeatMs: number;
  readonly backlogLimit: number;
  readonly maxSocketBuffer: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What the hub needs of an accepted socket; those of `ws` have it. */
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
  /** All that goes out goes through here. */
  readonly line: Line;
  readonly room: RoomRecord;
  readonly user: UserRecord | null;
  readonly reader: Reader;
  /** `t` of the last frame. */
  sent: number;
  /** Up to here every event was sent, or was not for this reader. */
  offered: number;
  /** Frames about the state of rooms that a silenced hub holds back. */
  held: string[];
  /** Frames that a fault delays until after the next one. */
  late: string[];
  /** Put out of the room: it gets nothing more of it, and is closed. */
  out: boolean;
  /** The server is closing it: nothing more is sent. */
  dropped: boolean;
  /** Ends its life where sockets live no longer than so long. */
  end: { cancel(): void } | null;
}

export class SocketHub {
  readonly #world: World;
  readonly #presence: Presence;
  readonly #options: HubOptions;
  readonly #connections = new Set<Connection>();
  #heartbeat: { cancel(): void } | null = null;
  readonly #frameFaults = new FrameFaults();
  /** Sends nothing, or nothing but idle ticks. */
  #quiet: "silent" | "holding" | null = null;
  #lives: Delay | null = null;
  readonly #latency: Latency;

  constructor(world: World, presence: Presence, latency: Latency, options: HubOptions) {
    this.#latency = latency;
    this.#world = world;
    this.#presence = presence;
    this.#options = options;
    world.log.onBatch((batch) => this.#broadcast(batch));
    world.signals.listen((signal) => this.#signal(signal));
  }

  /** How many sockets are open. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * Takes over an accepted socket.
   * @param cursor - the `l` of its URL; null when it has none.
   */
  add(socket: OpenSocket, room: RoomRecord, user: UserRecord | null, cursor: number | null): void {
    const { log } = this.#world;
    const from = Math.min(cursor ?? log.oldestCursor, log.newest);
    const reader = this.#reader(room, user);
    const connection: Connection = {
      socket,
      line: new Line(this.#latency),
      room,
      user,
      reader,
      sent: from,
      offered: from,
      held: [],
      late: [],
      out: false,
      dropped: false,
      end: null,
    };
    const timeout = timeoutLeft(this.#world, room);
    const state = {
      ...(cursor !== null && cursor < log.oldestCursor ? { reset: true } : {}),
      ...(timeout > 0 ? { timeout } : {}),
    };
    // Their own arrival is in the log before they are in the set, and so comes with the backlog.
    if (user) this.#presence.connect(room, user);
    this.#connections.add(connection);
    this.#limitLife(connection);
    socket.on("close", () => {
      connection.line.end();
      this.#remove(connection);
    });
    socket.on("error", () => socket.terminate());
    this.#catchUp(connection, state);
    this.#heartbeat ??= this.#beatLater();
  }

  /** Ends every connection at once, as a restarting proxy does. */
  dropAll(code?: number, reason?: string): void {
    for (const connection of this.#connections) this.#drop(connection, code, reason);
  }

  /** Closes each socket after it has lived so long; null ends that. */
  limitLives(lives: Delay | null): void {
    this.#lives = lives;
    for (const connection of this.#connections) this.#limitLife(connection);
  }

  /** A silent hub keeps its sockets open and sends nothing; afterwards they get what they missed. */
  silence(on: boolean): void {
    this.#keepQuiet(on ? "silent" : null);
  }

  /** A holding hub sends idle ticks alone; afterwards all that happened comes in one frame, however much it is. */
  hold(on: boolean): void {
    this.#keepQuiet(on ? "holding" : null);
  }

  /** Sends a text as it is to every socket, whatever it says. */
  sendRaw(text: string): void {
    for (const connection of this.#connections) this.#deliver(connection, text);
  }

  /** Something happens to the next frames with events on their way. */
  spoilFrames(fault: FrameFault, count: number): void {
    this.#frameFaults.plan(fault, count);
  }

  close(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    for (const { socket, line, end } of this.#connections) {
      line.end();
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
      if (!connection.out) this.#catchUp(connection, {}, isWhole);
      for (const text of connection.held.splice(0)) this.#deliver(connection, text);
      if (connection.out) this.#end(connection);
    }
  }

  #limitLife(connection: Connection): void {
    connection.end?.cancel();
    connection.end = null;
    if (this.#lives === null) return;
    const { clock, random } = this.#options;
    connection.end = clock.setTimeout(() => this.#drop(connection), drawn(this.#lives, random));
  }

  #drop(connection: Connection, code = 1001, reason = restarting): void {
    connection.dropped = true;
    connection.line.send(() => connection.socket.close(code, reason));
  }

  #deliver({ line, socket }: Connection, text: string): void {
    line.send(() => {
      if (socket.readyState === socket.OPEN) socket.send(text);
    });
  }

  #reader(room: RoomRecord, user: UserRecord | null): Reader {
    const isIn = (roomId: number): boolean =>
      user !== null && (this.#world.rooms.get(roomId)?.present.has(user.id) ?? false);
    const otherRooms = (): number[] => [...this.#world.rooms.keys()].filter((id) => id !== room.id && isIn(id));
    const sees = (event: LoggedEvent): boolean => seesEvent(this.#world, user, event);
    return { roomId: room.id, userId: user?.id ?? null, isIn, otherRooms, sees };
  }

  #remove(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    connection.end?.cancel();
    if (connection.user) this.#presence.disconnect(connection.room, connection.user);
  }

  /** Tells the state of a room on its own sockets, and on those that carry it for people who are in it. */
  #signal(signal: RoomSignal): void {
    const { room } = signal;
    for (const connection of [...this.#connections]) {
      const { user } = connection;
      const isOwn = connection.room === room;
      if (signal.kind === "timeout") {
        if (isOwn || connection.reader.isIn(room.id)) this.#tell(connection, room, { timeout: signal.seconds });
      } else if (isOwn && !mayEnter(room, user, this.#world.now())) {
        this.#tell(connection, room, { exit: true });
        connection.out = true;
        if (!this.#quiet) this.#end(connection);
      } else if (!isOwn && user && signal.people.has(user.id)) {
        this.#tell(connection, room, { exit: true });
      }
    }
  }

  #tell(connection: Connection, room: RoomRecord, state: RoomState): void {
    const text = stateFrame(connection.room.id, room.id, state);
    if (this.#quiet) connection.held.push(text);
    else if (isOpen(connection)) this.#deliver(connection, text);
  }

  #end(connection: Connection): void {
    this.#remove(connection);
    connection.line.send(() => connection.socket.close(1000));
  }

  /** Everything since the last frame. When that is more than the limits, `d` tells how far back the frame reaches. */
  #catchUp(connection: Connection, state: RoomState = {}, isWhole = false): void {
    const { log } = this.#world;
    const { backlogLimit, maxSocketBuffer } = this.#options;
    let events = log.since(connection.offered);
    let since = connection.offered < log.oldestCursor ? log.oldestCursor : connection.sent;
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
      newest === connection.sent ? stateFrame(id, id, state) : frameText(id, byRoom, newest, newest - since, state);
    this.#send(connection, text, byRoom.size > 0);
  }

  #broadcast(batch: readonly LoggedEvent[]): void {
    const { newest } = this.#world.log;
    // A quiet hub catches up later.
    if (this.#quiet) return;
    const frames = new BatchFrames(batch, newest);
    for (const connection of this.#connections) {
      connection.offered = newest;
      const text = frames.of(connection.reader, connection.sent);
      if (text !== null) this.#send(connection, text, true);
    }
  }

  #send(connection: Connection, text: string, hasEvents: boolean): void {
    const { socket } = connection;
    if (this.#quiet || connection.out || !isOpen(connection)) return;
    if (socket.bufferedAmount > this.#options.maxSocketBuffer) {
      socket.terminate();
      return;
    }
    connection.sent = this.#world.log.newest;
    connection.offered = connection.sent;
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

function isOpen({ socket, dropped }: Connection): boolean {
  return !dropped && socket.readyState === socket.OPEN;
}
