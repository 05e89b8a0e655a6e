/** The global objects that the REPL starts with. */
import { isChatError, type Message, type Room, type User } from "../../index.js";
import type { ReplConnection } from "./connection.js";

/** The globals by name, and what failed. */
export interface ReplGlobals {
  readonly values: Readonly<Record<string, object>>;
  /** Whether the client is logged in. */
  readonly isLoggedIn: boolean;
  readonly failures: readonly unknown[];
}

/** Creates `chat`, `sandbox`, `me` or `somebody`, and `greeting`. Posts nothing. */
export async function createGlobals({ client: chat, server }: ReplConnection): Promise<ReplGlobals> {
  const failures: unknown[] = [];
  const sandbox = chat.getRoom(1);
  const me = await chat.getMe().catch((error: unknown) => {
    if (!isChatError(error, "NOT_LOGGED_IN")) failures.push(error);
    return undefined;
  });
  // Do not ask a site twice that does not answer.
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

/** A message of the room: the first on the local server, which is short, or else the last. */
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
