/** Tasks that survive a restart: stored until they are done or dropped, and performed once per idempotency key. */
import { randomUUID } from "node:crypto";
import { isChatError } from "../errors/index.js";
import type { Message } from "../objects/message.js";
import type { Claim } from "./idempotency-keys.js";
import { type Lookup, type Task, withSent } from "./job.js";
import type { SendContext } from "./post.js";
import type { StoredAction } from "./store.js";

/** A task tracked by the store and the idempotency keys. */
export interface DurableTask extends Task<Message> {
  /** Notes that it failed. @param wasTried - true for the task that failed, false for those queued behind it */
  failed(error: unknown, wasTried: boolean): void;
}

/** A new action, without the fields that {@link durableTask} adds. */
export type NewAction = Omit<StoredAction, "id" | "at" | "during">;

/**
 * Creates the task of a new action. With a key, the first action with that key is used.
 * @param taskOf - creates the task that performs an action
 */
export function durableTask(
  context: SendContext,
  action: NewAction,
  taskOf: (action: StoredAction) => Task<Message>,
): DurableTask {
  const { actions, services } = context;
  const open = action.key === undefined ? undefined : Object.fromEntries(actions.openEvents());
  const during = open && Object.keys(open).length > 0 ? { during: open } : {};
  const fresh: StoredAction = { ...action, id: randomUUID(), at: services.clock.now(), ...during };
  const claim = action.key === undefined ? undefined : actions.keys.claim(action.key, fresh);
  if (!claim?.isUncertain || !actions.store?.keyed(action.key ?? "")) actions.store?.noteQueued(claim?.action ?? fresh);
  return tracked(context, claim?.action ?? fresh, claim, claim?.isUncertain ?? false, taskOf);
}

/** Creates the task of an action from an earlier process, which may already have performed it. */
export function resumedTask(
  context: SendContext,
  action: StoredAction,
  taskOf: (action: StoredAction) => Task<Message>,
): DurableTask {
  const claim = action.key === undefined ? undefined : context.actions.keys.claim(action.key, action);
  return tracked(context, action, claim, true, taskOf);
}

function tracked(
  { actions }: SendContext,
  action: StoredAction,
  claim: Claim | undefined,
  isUncertain: boolean,
  taskOf: (action: StoredAction) => Task<Message>,
): DurableTask {
  const task = taskOf(action);
  const done = (message: Message): Message => {
    actions.store?.noteDone({ id: action.id, roomId: action.roomId, messageId: message.id });
    claim?.done(message.id);
    return message;
  };
  return {
    attempt: async (signal) => done(await task.attempt(signal)),
    async lookUp(startedAt, signal): Promise<Lookup<Message> | undefined> {
      const found = await task.lookUp?.(startedAt, signal);
      return found && { result: done(found.result) };
    },
    failed(error, wasTried) {
      // An action that fails only because this client closes stays stored, and the next client performs it.
      if (!isChatError(error, "CLOSED")) actions.store?.noteDropped(action.id);
      else if (actions.store) withSent(error, "maybe");
      claim?.failed(error, wasTried && isChatError(error) && error.context.sent === "maybe");
    },
    overtakes: () => actions.store?.noteFirst(action.id),
    ...(isUncertain ? { uncertainSince: action.at } : {}),
  };
}
