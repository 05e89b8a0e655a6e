/**
 * Inspects values without requests: resolves a path such as `sandbox.owners[0]` as far as it is known, and lists
 * members. Never runs a getter that could make a request.
 */
import { ChatEvent, Client, Message, Room, User } from "../../index.js";

/** A promise whose value, or type, is known. */
class Awaitable {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Internal members, which are not offered. */
const INTERNAL_MEMBERS: ReadonlySet<string> = new Set([
  "constructor",
  "learn",
  "forget",
  "learnFromEvent",
  "userOf",
  "roomOf",
  "messageOf",
  "sessionOf",
  "endStreamsOf",
  "isRead",
]);

/** Getters of objects with lazy values that make no request. */
const IMMEDIATE_GETTERS: ReadonlySet<string> = new Set(["peek", "site", "permalink", "isInRoom"]);

/** The prototypes of lazy values that are objects, for when the value is not known yet. */
const PROTOTYPES: Readonly<Record<string, object>> = {
  owner: User.prototype,
  editor: User.prototype,
  room: Room.prototype,
  parent: Message.prototype,
  owners: [User.prototype],
  pinners: [User.prototype],
  rooms: [Room.prototype],
};

/** A step of a path after its first name. */
export type Step =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "call"; readonly argument: string }
  | { readonly kind: "await" };

/** The value of a path as far as it is known; undefined when it is not. */
export function resolvePath(start: unknown, steps: readonly Step[]): unknown {
  let value: unknown = start;
  let holder: unknown;
  let called = "";
  for (const step of steps) {
    if (step.kind === "member") {
      holder = value;
      called = step.name;
      value = memberOf(value, step.name);
    } else if (step.kind === "call") value = resultOf(holder, called, step.argument);
    else value = value instanceof Awaitable ? value.value : value;
    if (value === undefined || value === null) return undefined;
  }
  // Without an await it is only a promise.
  return value instanceof Awaitable ? Promise.prototype : value;
}

function memberOf(value: unknown, name: string): unknown {
  const found = descriptorOf(value, name);
  if (!found) return undefined;
  if (!found.get) return found.value;
  if (value instanceof Client || value instanceof ChatEvent) return attempt(() => found.get?.call(value));
  if (!isLazyThing(value)) return undefined;
  if (IMMEDIATE_GETTERS.has(name)) return attempt(() => found.get?.call(value));
  const peek: unknown = attempt(() => value.peek);
  const known = typeof peek === "object" && peek !== null ? Reflect.get(peek, name) : undefined;
  return new Awaitable(known ?? PROTOTYPES[name]);
}

/** Resolves the client's methods that only look up an object. */
function resultOf(holder: unknown, name: string, argument: string): unknown {
  if (!(holder instanceof Client)) return undefined;
  const id = Number(argument);
  const isId = argument.trim() !== "" && Number.isSafeInteger(id);
  if (name === "getMe") return new Awaitable(User.prototype);
  if (name === "getRoom") return isId ? attempt(() => holder.getRoom(id)) : Room.prototype;
  if (name === "getUser") return isId ? attempt(() => holder.getUser(id)) : User.prototype;
  if (name === "getMessage") return isId ? attempt(() => holder.getMessage(id)) : Message.prototype;
  return undefined;
}

function isLazyThing(value: unknown): value is Room | User | Message {
  return value instanceof Room || value instanceof User || value instanceof Message;
}

function descriptorOf(value: unknown, name: string): PropertyDescriptor | undefined {
  for (const holder of chainOf(value)) {
    const found = Object.getOwnPropertyDescriptor(holder, name);
    if (found) return found;
  }
  return undefined;
}

/** An object and its prototypes. */
function* chainOf(value: unknown): Generator<object> {
  if (value === null || value === undefined) return;
  for (let holder: object | null = Object(value); holder !== null; holder = Object.getPrototypeOf(holder)) yield holder;
}

/** The names of a value's members, own and inherited, without those that every object has. */
export function membersOf(value: unknown): string[] {
  const names = new Set<string>();
  for (const holder of chainOf(value)) {
    if (Object.getPrototypeOf(holder) === null && holder !== value) continue;
    for (const name of Object.getOwnPropertyNames(holder)) {
      if (/^[A-Za-z$][\w$]*$/.test(name) && !INTERNAL_MEMBERS.has(name)) names.add(name);
    }
  }
  return [...names].sort((a, b) => a.localeCompare(b));
}

function attempt(look: () => unknown): unknown {
  try {
    return look();
  } catch {
    return undefined; // a prototype stands for an object that is not known
  }
}
