/** Tasks on messages that outlive the call: stored until they are done or dropped, and done once for each key. */
import { randomUUID } from "node:crypto";
import { isChatError } from "../errors/index.js";
import type { Message } from "../objects/message.js";
import { type Found, type Task, withSent } from "./job.js";
import type { Claim } from "./keys.js";
import type { SendContext } from "./post.js";
import type { StoredAction } from "./store.js";

/** A task that the store and the keys track. */
export interface KeptTask extends Task<Message> {
  /** It was not done. @param wasTried - it is the one that failed, not one behind it */
  failed(error: unknown, wasTried: boolean): void;
}

/** The stored part of an action, without the fields that {@link keptTask} adds. */
export type Wanted = Omit<StoredAction, "id" | "at" | "during">;

/**
 * Makes the task for an action. With a key, the first action with that key is the one to do.
 * @param taskOf - makes the task for the action, which has the text
 */
export function keptTask(
  context: SendContext,
  wanted: Wanted,
  taskOf: (action: StoredAction) => Task<Message>,
): KeptTask {
  const { actions, services } = context;
  const open = wanted.key === undefined ? undefined : Object.fromEntries(actions.openEvents());
  const during = open && Object.keys(open).length > 0 ? { during: open } : {};
  const fresh: StoredAction = { ...wanted, id: randomUUID(), at: services.clock.now(), ...during };
  const claim = wanted.key === undefined ? undefined : actions.keys.claim(wanted.key, fresh);
  if (!claim?.isUnsure || !actions.store?.keyed(wanted.key ?? "")) actions.store?.noteQueued(claim?.action ?? fresh);
  return tracked(context, claim?.action ?? fresh, claim, claim?.isUnsure ?? false, taskOf);
}

/** Makes the task for an action of an earlier process, which may have been done. */
export function resumedTask(
  context: SendContext,
  action: StoredAction,
  taskOf: (action: StoredAction) => Task<Message>,
): KeptTask {
  const claim = action.key === undefined ? undefined : context.actions.keys.claim(action.key, action);
  return tracked(context, action, claim, true, taskOf);
}

function tracked(
  { actions }: SendContext,
  action: StoredAction,
  claim: Claim | undefined,
  isUnsure: boolean,
  taskOf: (action: StoredAction) => Task<Message>,
): KeptTask {
  const task = taskOf(action);
  const done = (message: Message): Message => {
    actions.store?.noteDone({ id: action.id, roomId: action.roomId, messageId: message.id });
    claim?.done(message.id);
    return message;
  };
  return {
    attempt: async (signal) => done(await task.attempt(signal)),
    async find(startedAt, signal): Promise<Found<Message> | undefined> {
      const found = await task.find?.(startedAt, signal);
      return found && { result: done(found.result) };
    },
    failed(error, wasTried) {
      // An action that fails only because this client ends is kept, and the next client does it.
      if (!isChatError(error, "CLOSED")) actions.store?.noteDropped(action.id);
      else if (actions.store) withSent(error, "maybe");
      claim?.failed(error, wasTried && isChatError(error) && error.context.sent === "maybe");
    },
    ...(isUnsure ? { unsureSince: action.at } : {}),
  };
}
