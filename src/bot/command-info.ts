/** The commands of a bot for a help: usage, lines, and the people to whom they are offered. */
import type { Room, User } from "../index.js";
import type { Entry } from "./composer.js";
import type { Need } from "./handler-options.js";
import type { Scope } from "./scope.js";

/** A command, as a help shows it. */
export interface CommandInfo {
  /** Its name, and its aliases. */
  readonly names: readonly string[];
  /** How to call it, with the prefix. */
  readonly usage: string;
  readonly about: string;
  readonly details: string;
  readonly hidden: boolean;
}

/** The command of a handler; undefined if it is none. */
export function commandInfo({ pattern, about }: Entry, prefix: string): CommandInfo | undefined {
  if (!pattern) return undefined;
  const { details, hidden } = about;
  return { names: pattern.names, usage: `${prefix}${pattern.usage}`, about: about.about, details, hidden };
}

/** Whether nothing that is known speaks against it that a person uses a handler in a room. Makes no request. */
export function isOffered({ about, steps }: Entry, room: Room, user: User | null, scope: Scope): boolean {
  const mayMeet = (needs: readonly Need[]): boolean =>
    needs.length === 0 || needs.some((need) => mayMeetOne(need, room, user, scope));
  if (!scope.isIn(room, about.rooms) || !mayMeet(about.needs)) return false;
  return steps.every((step) => {
    if (!("filter" in step) || typeof step.filter === "function") return true;
    const { rooms, needs = [] } = step.filter;
    return scope.isIn(room, rooms) && mayMeet([needs].flat());
  });
}

function mayMeetOne(need: Need, room: Room, user: User | null, { permissions }: Scope): boolean {
  if (typeof need === "function" || permissions.isOwner(user?.id ?? null)) return true;
  if (need === "owner" || !user) return false;
  const { isModerator, reputation } = user.peek;
  if (need === "room-owner") return room.peek.owners?.some(({ id }) => id === user.id) ?? true;
  if (need === "moderator") return isModerator ?? true;
  return reputation === undefined || (reputation ?? 0) >= need.reputation;
}
