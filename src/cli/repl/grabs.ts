/** The few objects that the REPL grabs to start with, as the original's did. */
import { isChatError, type Message, type Room, type User } from "../../index.js";
import type { Place } from "./place.js";

/** What was grabbed, by name, and what did not work. */
export interface Grabs {
  readonly values: Readonly<Record<string, object>>;
  /** Whether somebody is logged in. */
  readonly isLoggedIn: boolean;
  readonly failures: readonly unknown[];
}

/** Grabs `chat`, `sandbox`, `me` or `somebody`, and `greeting`. Says nothing in any room. */
export async function grab({ client: chat, server }: Place): Promise<Grabs> {
  const failures: unknown[] = [];
  const sandbox = chat.getRoom(1);
  const me = await chat.getMe().catch((error: unknown) => {
    if (!isChatError(error, "NOT_LOGGED_IN")) failures.push(error);
    return undefined;
  });
  // A site that does not answer need not be asked twice.
  const isReachable = !failures.some((error) => isChatError(error, "CONNECTION_LOST", "TIMED_OUT"));
  const greeting = isReachable ? await greetingIn(sandbox, server ? "first" : "last", failures) : undefined;
  const somebody = greeting && (await greeting.owner.catch(() => null));
  await Promise.all([sandbox.name, me?.name].map((name) => (isReachable ? name?.catch(() => {}) : undefined)));
  const person: Record<string, User> = me ? { me } : { somebody: somebody ?? chat.getUser(-1) };
  return {
    values: { chat, sandbox, ...person, ...(greeting ? { greeting } : {}), ...(server ? { server } : {}) },
    isLoggedIn: me !== undefined,
    failures,
  };
}

/** A message of the room: the first of the local server's, which is short, or the last. */
async function greetingIn(room: Room, which: "first" | "last", failures: unknown[]): Promise<Message | undefined> {
  try {
    let found: Message | undefined;
    for await (const message of room.history({ limit: which === "first" ? 500 : 20 })) {
      if (await message.deleted) continue;
      found = message;
      if (which === "last") break;
    }
    return found;
  } catch (error) {
    failures.push(error);
    return undefined;
  }
}
