/** Edits a message, at most once per idempotency key. */
import type { Message } from "../objects/message.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import { checkText } from "../protocol/text-rules.js";
import { durableTask } from "./durable-task.js";
import type { Task } from "./job.js";
import { messageLane } from "./lanes.js";
import { type ActionOptions, checkActionOptions, checkKey } from "./options.js";
import { messageIdOf, type SendContext } from "./post.js";
import type { StoredAction } from "./store.js";

/** Options of `message.edit`. */
export interface EditOptions extends ActionOptions {
  /** How a reply refers to the message it replies to. @default the client's `replyForm` */
  readonly replyForm?: ReplyForm;
  /**
   * An idempotency key of 1 to 200 characters. An edit with a known key is not made again; with a `stateFile` this also
   * holds after a restart. @default none
   */
  readonly key?: string;
}

/** Replaces the text of a message. */
export function edit(context: SendContext, message: Message, text: string, options: EditOptions): Promise<void> {
  const { actions } = context;
  return actions.track(async () => {
    const tried = `edit message ${message.id}`;
    checkActionOptions("edit", options, ["replyForm", "key"]);
    checkText(text, { tried, messageId: message.id });
    actions.checkCanAct(tried);
    const { key, replyForm, priority, deadlineMs, signal } = options;
    const how = { tried, lane: messageLane(message.id), onDone: () => {}, priority, deadlineMs, signal };
    if (key === undefined) return actions.submit({ ...how, tasks: [message.editTask(text, replyForm)] });
    checkKey(key);
    const roomId = actions.keys.outcome(key) ? 0 : (message.peek.room ?? (await message.room)).id;
    const known = actions.keys.outcome(key);
    if (known) return void (await messageIdOf(known));
    const form = replyForm ? { replyForm } : {};
    const wanted = { kind: "edit", key, roomId, messageId: message.id, text, ...form } as const;
    const task = durableTask(context, wanted, (action) => taskOf(context, action));
    await actions.submit({ ...how, tasks: [task] }).catch((error: unknown) => {
      task.failed(error, true);
      throw error;
    });
  });
}

/** The edit task of a stored action. */
export function taskOf(context: SendContext, { messageId = 0, text, replyForm }: StoredAction): Task<Message> {
  return context.identity.message(messageId).editTask(text, replyForm);
}
