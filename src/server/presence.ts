/**
 * Who is in which room, and for how long without a socket. The page load or a socket brings somebody in; after the
 * last socket has closed, or without one, a grace period passes before they are gone (protocol.md §3.1: INF).
 */
import type { Clock } from "../util/clock.js";
import { enterRoom, leaveRoom } from "./world/attendance.js";
import type { RoomRecord, UserRecord } from "./world/records.js";
import type { World } from "./world/world.js";

interface Stay {
  sockets: number;
  /** A script keeps them here. */
  held: boolean;
  timer: { cancel(): void } | null;
}

export class Presence {
  readonly #world: World;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #stays = new Map<string, Stay>();

  constructor(world: World, clock: Clock, graceMs: number) {
    this.#world = world;
    this.#clock = clock;
    this.#graceMs = graceMs;
    world.signals.listen((signal) => {
      if (signal.kind !== "exit") return;
      for (const userId of signal.people) this.#drop(signal.room.id, userId);
    });
  }

  /** Somebody loads the page or says something: they are in, for a while at least. */
  enter(room: RoomRecord, user: UserRecord): void {
    enterRoom(this.#world, room, user);
    this.#startGrace(this.#stay(room, user), room, user);
  }

  /** A script brings somebody in, to stay until it says otherwise. */
  hold(room: RoomRecord, user: UserRecord): void {
    const stay = this.#stay(room, user);
    stay.held = true;
    stopTimer(stay);
    enterRoom(this.#world, room, user);
  }

  /** After a restart: those who were there stay for a while, so that they can come back unnoticed. */
  resume(): void {
    for (const room of this.#world.rooms.values()) {
      for (const id of room.present) {
        const user = this.#world.users.get(id);
        if (user) this.#startGrace(this.#stay(room, user), room, user);
      }
    }
  }

  /** Somebody's socket opens. */
  connect(room: RoomRecord, user: UserRecord): void {
    const stay = this.#stay(room, user);
    stay.sockets++;
    stopTimer(stay);
    enterRoom(this.#world, room, user);
  }

  /** Somebody's socket closes. */
  disconnect(room: RoomRecord, user: UserRecord): void {
    const stay = this.#stays.get(key(room.id, user.id));
    if (!stay) return;
    stay.sockets = Math.max(0, stay.sockets - 1);
    if (room.present.has(user.id)) this.#startGrace(stay, room, user);
    else if (stay.sockets === 0) this.#stays.delete(key(room.id, user.id));
  }

  /** Somebody leaves on purpose; sockets that are open stay so. */
  leave(room: RoomRecord, user: UserRecord): void {
    this.#drop(room.id, user.id);
    leaveRoom(this.#world, room, user);
  }

  close(): void {
    for (const stay of this.#stays.values()) stay.timer?.cancel();
    this.#stays.clear();
  }

  /** Nothing keeps them any more but the sockets they still have. */
  #drop(roomId: number, userId: number): void {
    const stay = this.#stays.get(key(roomId, userId));
    if (!stay) return;
    stopTimer(stay);
    stay.held = false;
    if (stay.sockets === 0) this.#stays.delete(key(roomId, userId));
  }

  #stay(room: RoomRecord, user: UserRecord): Stay {
    const known = this.#stays.get(key(room.id, user.id));
    if (known) return known;
    const stay: Stay = { sockets: 0, held: false, timer: null };
    this.#stays.set(key(room.id, user.id), stay);
    return stay;
  }

  #startGrace(stay: Stay, room: RoomRecord, user: UserRecord): void {
    stopTimer(stay);
    if (stay.sockets > 0 || stay.held) return;
    stay.timer = this.#clock.setTimeout(() => this.leave(room, user), this.#graceMs);
  }
}

function stopTimer(stay: Stay): void {
  stay.timer?.cancel();
  stay.timer = null;
}

function key(roomId: number, userId: number): string {
  return `${roomId} ${userId}`;
}
