/**
 * One socket for all rooms of an account: the socket of one room also carries the other rooms that the account is in
 * (protocol.md §3.4). Silence proves nothing, so each room is verified by a poll when it joins and periodically; a room
 * that is not carried gets its own socket.
 */
import type { Frame, RoomFrame } from "../protocol/frames.js";
import { EventType } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import type { ChatSocket } from "../transport/socket.js";
import type { Services } from "../util/services.js";
import { type RoomSocket, RoomSockets, type SocketListener, type Sockets } from "./sockets.js";

/** The parts of the client that {@link SharedSockets} use. */
export interface SharedSocketsContext {
  readonly session: Session;
  readonly services: Services;
  /** Enters a room: a socket carries only rooms that the account is in. */
  readonly enter: (roomId: number, signal: AbortSignal) => Promise<void>;
}

/** Milliseconds between verifications: about three ticks of the servers. */
const VERIFY_MS = 60_000;
/** A room missed twice within this many milliseconds gets its own socket; after the first miss it is entered again. */
const REENTRY_MS = 600_000;

/** A room on a shared socket. */
interface Member {
  readonly roomId: number;
  readonly listener: SocketListener;
  /** The event of the host since which no frame was lost and the socket carried the room. */
  since: number;
}

/** The shared socket. */
class SharedSocket {
  readonly roomId: number;
  readonly members: Map<number, Member> = new Map();
  socket: ChatSocket | undefined;
  opening: Promise<void> = Promise.resolve();
  isClosed = false;
  /** The newest event of the host, according to the frames. */
  newest = 0;
  verifiedAt: number;

  constructor(roomId: number, verifiedAt: number) {
    this.roomId = roomId;
    this.verifiedAt = verifiedAt;
  }

  close(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket?.close();
    const members = [...this.members.values()];
    this.members.clear();
    for (const { listener } of members) listener.onClose(reason);
  }
}

export class SharedSockets implements Sockets {
  readonly #context: SharedSocketsContext;
  readonly #roomSockets: RoomSockets;
  #shared: SharedSocket | undefined;
  /** Rooms that need their own socket. */
  readonly #unshared = new Set<number>();
  /** When each room was last found not to be carried, in milliseconds of the clock. */
  readonly #missedAt = new Map<number, number>();

  constructor(context: SharedSocketsContext) {
    this.#context = context;
    this.#roomSockets = new RoomSockets(context.session, context.services);
  }

  async open(roomId: number, listener: SocketListener, signal: AbortSignal): Promise<RoomSocket> {
    const { session, services, enter } = this.#context;
    if (!session.canLogIn || this.#unshared.has(roomId)) return this.#roomSockets.open(roomId, listener, signal);
    const current = this.#shared;
    if (!current || current.isClosed) return this.#openShared(roomId, listener, signal);
    try {
      await current.opening;
      await enter(roomId, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      services.log.warn(`room ${roomId}: cannot share the socket of room ${current.roomId}`, error);
      return current.isClosed ? this.open(roomId, listener, signal) : this.#roomSockets.open(roomId, listener, signal);
    }
    return current.isClosed ? this.open(roomId, listener, signal) : this.#join(current, roomId, listener);
  }

  /** Opens the socket for this room and for those that join it. */
  async #openShared(roomId: number, listener: SocketListener, signal: AbortSignal): Promise<RoomSocket> {
    const shared = new SharedSocket(roomId, this.#context.services.clock.now());
    this.#shared = shared;
    const attached = this.#join(shared, roomId, listener);
    const opening = this.#roomSockets.openRaw(roomId, listener.cursor, signal, {
      onFrame: (frame) => this.#receive(shared, frame),
      onClose: (reason) => shared.close(reason),
    });
    shared.opening = opening.then((socket) => {
      shared.socket = socket;
    });
    try {
      await shared.opening;
    } catch (error) {
      shared.members.delete(roomId);
      shared.close("the socket could not be opened");
      throw error;
    }
    return attached;
  }

  #join(shared: SharedSocket, roomId: number, listener: SocketListener): RoomSocket {
    const member: Member = { roomId, listener, since: shared.newest };
    shared.members.set(roomId, member);
    return {
      isShared: roomId !== shared.roomId,
      close(wasSilent) {
        if (shared.members.get(roomId) === member) shared.members.delete(roomId);
        if (wasSilent) shared.close("the socket went silent");
        else if (shared.members.size === 0) shared.close("nobody listens any more");
      },
      newestEvent: () => shared.newest,
      reportMiss: () => this.#noteMiss(roomId),
    };
  }

  #receive(shared: SharedSocket, frame: Frame | undefined): void {
    if (shared.isClosed) return;
    for (const { listener } of shared.members.values()) listener.onActivity();
    if (!frame) return;
    this.#follow(shared, frame);
    for (const part of frame.rooms) {
      const member = shared.members.get(part.roomId);
      if (member) member.listener.onFrame(part.roomId === shared.roomId ? part : this.#extend(member, part));
    }
    this.#verifyAll(shared);
  }

  /** Follows the host's event ids and detects lost frames. */
  #follow(shared: SharedSocket, { rooms }: Frame): void {
    const [{ t, d } = {}] = rooms.filter(({ t, d }) => t !== undefined && d !== undefined);
    if (t === undefined || d === undefined || t <= shared.newest) return;
    if (shared.newest === 0 || t - d > shared.newest) {
      for (const member of shared.members.values()) member.since = Math.max(member.since, t - d);
    }
    shared.newest = t;
  }

  /**
   * Extends a frame back over earlier frames without the room's key, which had no events for it, as far as is certain.
   */
  #extend(member: Member, part: RoomFrame): RoomFrame {
    const { t, d, events } = part;
    if (t === undefined || d === undefined) return part;
    const { me } = this.#context.session;
    const entered = events.findLast(
      ({ event_type, user_id }) => event_type === EventType.UserEntered && user_id === me?.id,
    )?.id;
    if (entered === undefined) return { ...part, d: Math.max(d, t - member.since) };
    // While the account was not in the room, the socket did not carry it: the frame covers nothing before it entered.
    member.since = Math.max(member.since, entered - 1);
    return { ...part, d: Math.max(0, t - member.since) };
  }

  /** Verifies all rooms at once with one poll, which also audits the socket's own room. */
  #verifyAll(shared: SharedSocket): void {
    const now = this.#context.services.clock.now();
    if (now - shared.verifiedAt < VERIFY_MS && now >= shared.verifiedAt) return;
    shared.verifiedAt = now;
    for (const { listener } of [...shared.members.values()]) listener.onVerify();
  }

  #noteMiss(roomId: number): void {
    const now = this.#context.services.clock.now();
    const before = this.#missedAt.get(roomId);
    this.#missedAt.set(roomId, now);
    if (before !== undefined && now - before < REENTRY_MS) this.#unshared.add(roomId);
  }
}
