/**
 * Looks at values without asking anybody: what a path such as `sandbox.owners[0]` stands for as far as it is known, and
 * what members it has. Never runs a getter that could make a request.
 */
import { ChatEvent, Client, Message, Room, User } from "../../index.js";

/** What a promise is known to come to. */
class Awaitable {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Members that cross layers inside the package: not for users. */
const internal: ReadonlySet<string> = new Set([
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

/** Getters of things with lazy values that make no request. */
const immediate: ReadonlySet<string> = new Set(["peek", "site", "permalink", "isInRoom"]);

/** What the lazy values that are things come to, for when the value is not known yet. */
const kinds: Readonly<Record<string, object>> = {
  owner: User.prototype,
  editor: User.prototype,
  room: Room.prototype,
  parent: Message.prototype,
  owners: [User.prototype],
  pinners: [User.prototype],
  rooms: [Room.prototype],
};

/** What comes after the first word of a path. */
export type Step =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "call"; readonly argument: string }
  | { readonly kind: "await" };

/** What a path leads to as far as that is known; undefined when it is not. */
export function follow(start: unknown, steps: readonly Step[]): unknown {
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
  // Without an await this is only a promise.
  return value instanceof Awaitable ? Promise.prototype : value;
}

function memberOf(value: unknown, name: string): unknown {
  const found = descriptorOf(value, name);
  if (!found) return undefined;
  if (!found.get) return found.value;
  if (value instanceof Client || value instanceof ChatEvent) return attempt(() => found.get?.call(value));
  if (!isLazyThing(value)) return undefined;
  if (immediate.has(name)) return attempt(() => found.get?.call(value));
  const peek: unknown = attempt(() => value.peek);
  const known = typeof peek === "object" && peek !== null ? Reflect.get(peek, name) : undefined;
  return new Awaitable(known ?? kinds[name]);
}

/** The methods of the client that only look up an object. */
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

/** An object and what it inherits from. */
function* chainOf(value: unknown): Generator<object> {
  if (value === null || value === undefined) return;
  for (let holder: object | null = Object(value); holder !== null; holder = Object.getPrototypeOf(holder)) yield holder;
}

/** The names of the members of a value, its own and inherited ones; what every object has is left out. */
export function membersOf(value: unknown): string[] {
  const names = new Set<string>();
  for (const holder of chainOf(value)) {
    if (Object.getPrototypeOf(holder) === null && holder !== value) continue;
    for (const name of Object.getOwnPropertyNames(holder)) {
      if (/^[A-Za-z$][\w$]*$/.test(name) && !internal.has(name)) names.add(name);
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
