/**
 * Presence of users in rooms. Loading the room page or opening a socket makes a user present. After the last socket
 * closes, or without one, they leave after a grace period (protocol.md §3.1: INF).
 */
import type { Clock } from "../../util/clock.js";
import { enterRoom, leaveRoom } from "../world/attendance.js";
import type { RoomRecord, UserRecord } from "../world/records.js";
import type { World } from "../world/world.js";

interface Stay {
  sockets: number;
  /** Whether a script keeps them present. */
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

  /** Makes a user present for at least the grace period, when they load the page or post. */
  enter(room: RoomRecord, user: UserRecord): void {
    enterRoom(this.#world, room, user);
    this.#startGrace(this.#stay(room, user), room, user);
  }

  /** Makes a user present until a script makes them leave. */
  hold(room: RoomRecord, user: UserRecord): void {
    const stay = this.#stay(room, user);
    stay.held = true;
    stopTimer(stay);
    enterRoom(this.#world, room, user);
  }

  /** After a restart, keeps present users for the grace period, so that they can reconnect without leaving. */
  resume(): void {
    for (const room of this.#world.rooms.values()) {
      for (const id of room.present) {
        const user = this.#world.users.get(id);
        if (user) this.#startGrace(this.#stay(room, user), room, user);
      }
    }
  }

  /** Registers an opened socket of a user. */
  connect(room: RoomRecord, user: UserRecord): void {
    const stay = this.#stay(room, user);
    stay.sockets++;
    stopTimer(stay);
    enterRoom(this.#world, room, user);
  }

  /** Registers a closed socket of a user. */
  disconnect(room: RoomRecord, user: UserRecord): void {
    const stay = this.#stays.get(key(room.id, user.id));
    if (!stay) return;
    stay.sockets = Math.max(0, stay.sockets - 1);
    if (room.present.has(user.id)) this.#startGrace(stay, room, user);
    else if (stay.sockets === 0) this.#stays.delete(key(room.id, user.id));
  }

  /** Makes a user leave. Their open sockets stay open. */
  leave(room: RoomRecord, user: UserRecord): void {
    this.#drop(room.id, user.id);
    leaveRoom(this.#world, room, user);
  }

  close(): void {
    for (const stay of this.#stays.values()) stay.timer?.cancel();
    this.#stays.clear();
  }

  /** Ends a stay, except for sockets that are still open. */
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
