/**
 * One socket for all rooms of an account: the socket of a room also carries the rooms that the account is in
 * (protocol.md §3.4). Silence proves nothing, so each room is polled when it joins, and now and then; a room that turns
 * out not to be carried gets a socket of its own.
 */
import type { Frame, RoomFrame } from "../protocol/frames.js";
import { EventType } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import type { ChatSocket } from "../transport/socket.js";
import type { Services } from "../util/services.js";
import { type RoomSocket, RoomSockets, type SocketListener, type Sockets } from "./sockets.js";

/** The client's parts that {@link SharedSockets} use. */
export interface SharedSocketsContext {
  readonly session: Session;
  readonly services: Services;
  /** Enters a room: only the rooms that the account is in are carried. */
  readonly enter: (roomId: number, signal: AbortSignal) => Promise<void>;
}

/** Milliseconds after which the rooms are polled: about three ticks of the servers. */
const DOUBT_MS = 60_000;
/** A room missed twice within so many milliseconds gets a socket of its own; before that it is entered again. */
const REENTRY_MS = 600_000;

/** A room on a shared socket. */
interface Member {
  readonly roomId: number;
  readonly listener: SocketListener;
  /** Since this event of the host no frame of the socket was lost, and the socket carried the room. */
  since: number;
}

/** The one socket. */
class Carrier {
  readonly roomId: number;
  readonly members: Map<number, Member> = new Map();
  socket: ChatSocket | undefined;
  opening: Promise<void> = Promise.resolve();
  isOver = false;
  /** The newest event of the host according to a frame. */
  newest = 0;
  askedAt: number;

  constructor(roomId: number, askedAt: number) {
    this.roomId = roomId;
    this.askedAt = askedAt;
  }

  end(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.socket?.close();
    const members = [...this.members.values()];
    this.members.clear();
    for (const { listener } of members) listener.onClose(reason);
  }
}

export class SharedSockets implements Sockets {
  readonly #context: SharedSocketsContext;
  readonly #own: RoomSockets;
  #carrier: Carrier | undefined;
  /** Rooms that need a socket of their own. */
  readonly #alone = new Set<number>();
  /** When each room was found not to be carried, in milliseconds of the clock. */
  readonly #missedAt = new Map<number, number>();

  constructor(context: SharedSocketsContext) {
    this.#context = context;
    this.#own = new RoomSockets(context.session, context.services);
  }

  async open(roomId: number, listener: SocketListener, signal: AbortSignal): Promise<RoomSocket> {
    const { session, services, enter } = this.#context;
    if (!session.canLogIn || this.#alone.has(roomId)) return this.#own.open(roomId, listener, signal);
    const current = this.#carrier;
    if (!current || current.isOver) return this.#carry(roomId, listener, signal);
    try {
      await current.opening;
      await enter(roomId, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      services.log.warn(`room ${roomId}: can not take part in the socket of room ${current.roomId}`, error);
      return current.isOver ? this.open(roomId, listener, signal) : this.#own.open(roomId, listener, signal);
    }
    return current.isOver ? this.open(roomId, listener, signal) : this.#join(current, roomId, listener);
  }

  /** Opens the socket, for this room and for those that join it. */
  async #carry(roomId: number, listener: SocketListener, signal: AbortSignal): Promise<RoomSocket> {
    const carrier = new Carrier(roomId, this.#context.services.clock.now());
    this.#carrier = carrier;
    const attached = this.#join(carrier, roomId, listener);
    const opening = this.#own.openRaw(roomId, listener.cursor, signal, {
      onFrame: (frame) => this.#receive(carrier, frame),
      onClose: (reason) => carrier.end(reason),
    });
    carrier.opening = opening.then((socket) => {
      carrier.socket = socket;
    });
    try {
      await carrier.opening;
    } catch (error) {
      carrier.members.delete(roomId);
      carrier.end("the socket could not be opened");
      throw error;
    }
    return attached;
  }

  #join(carrier: Carrier, roomId: number, listener: SocketListener): RoomSocket {
    const member: Member = { roomId, listener, since: carrier.newest };
    carrier.members.set(roomId, member);
    return {
      isShared: roomId !== carrier.roomId,
      close(wasSilent) {
        if (carrier.members.get(roomId) === member) carrier.members.delete(roomId);
        if (wasSilent) carrier.end("the socket went silent");
        else if (carrier.members.size === 0) carrier.end("nobody listens any more");
      },
      passed: () => carrier.newest,
      misses: () => this.#misses(roomId),
    };
  }

  #receive(carrier: Carrier, frame: Frame | undefined): void {
    if (carrier.isOver) return;
    for (const { listener } of carrier.members.values()) listener.onSign();
    if (!frame) return;
    this.#follow(carrier, frame);
    for (const part of frame.rooms) {
      const member = carrier.members.get(part.roomId);
      if (member) member.listener.onFrame(part.roomId === carrier.roomId ? part : this.#reaching(member, part));
    }
    this.#doubt(carrier);
  }

  /** Follows the counter of the host, and notices lost frames. */
  #follow(carrier: Carrier, { rooms }: Frame): void {
    const [{ t, d } = {}] = rooms.filter(({ t, d }) => t !== undefined && d !== undefined);
    if (t === undefined || d === undefined || t <= carrier.newest) return;
    if (carrier.newest === 0 || t - d > carrier.newest) {
      for (const member of carrier.members.values()) member.since = Math.max(member.since, t - d);
    }
    carrier.newest = t;
  }

  /** Extends a frame back over earlier ones without the room's key, which had nothing for it, as far as is certain. */
  #reaching(member: Member, part: RoomFrame): RoomFrame {
    const { t, d, events } = part;
    if (t === undefined || d === undefined) return part;
    const { me } = this.#context.session;
    const entered = events.findLast(
      ({ event_type, user_id }) => event_type === EventType.UserEntered && user_id === me?.id,
    )?.id;
    if (entered === undefined) return { ...part, d: Math.max(d, t - member.since) };
    // While the account was out of the room, the socket did not carry it: the frame covers nothing before the arrival.
    member.since = Math.max(member.since, entered - 1);
    return { ...part, d: Math.max(0, t - member.since) };
  }

  /** Polls all rooms at once for missed events: one poll, which is the audit of the socket's own room, too. */
  #doubt(carrier: Carrier): void {
    const now = this.#context.services.clock.now();
    if (now - carrier.askedAt < DOUBT_MS && now >= carrier.askedAt) return;
    carrier.askedAt = now;
    for (const { listener } of [...carrier.members.values()]) listener.onDoubt();
  }

  #misses(roomId: number): void {
    const now = this.#context.services.clock.now();
    const before = this.#missedAt.get(roomId);
    this.#missedAt.set(roomId, now);
    if (before !== undefined && now - before < REENTRY_MS) this.#alone.add(roomId);
  }
}
