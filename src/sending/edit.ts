/** Editing a message: in its turn, and once for each key. */
import type { Message } from "../objects/message.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import { checkText } from "../protocol/text-rules.js";
import type { Task } from "./job.js";
import { keptTask } from "./kept.js";
import { messageLane } from "./lanes.js";
import { type ActionOptions, checkActionOptions, checkKey } from "./options.js";
import { idOfKnown, type SendContext } from "./post.js";
import type { StoredAction } from "./store.js";

/** Options of `message.edit`. */
export interface EditOptions extends ActionOptions {
  /** How a reply names its parent. @default the client's `replyForm` */
  readonly replyForm?: ReplyForm;
  /**
   * An idempotency key of 1 to 200 characters: an edit with a known key is not made again. Under a `stateFile` also
   * after a restart. @default none
   */
  readonly key?: string;
}

/** Replaces the text of a message. */
export function edit(context: SendContext, message: Message, text: string, options: EditOptions): Promise<void> {
  const { actions } = context;
  return actions.tend(async () => {
    const tried = `edit message ${message.id}`;
    checkActionOptions("edit", options, ["replyForm", "key"]);
    checkText(text, { tried, messageId: message.id });
    actions.checkOpen(tried);
    const { key, replyForm, priority, deadlineMs, signal } = options;
    const how = { tried, lane: messageLane(message.id), onDone: () => {}, priority, deadlineMs, signal };
    if (key === undefined) return actions.order({ ...how, tasks: [message.editTask(text, replyForm)] });
    checkKey(key);
    const roomId = actions.keys.known(key) ? 0 : (message.peek.room ?? (await message.room)).id;
    const known = actions.keys.known(key);
    if (known) return void (await idOfKnown(known));
    const form = replyForm ? { replyForm } : {};
    const wanted = { kind: "edit", key, roomId, messageId: message.id, text, ...form } as const;
    const task = keptTask(context, wanted, (action) => taskOf(context, action));
    await actions.order({ ...how, tasks: [task] }).catch((error: unknown) => {
      task.failed(error, true);
      throw error;
    });
  });
}

/** The edit of a stored action. */
export function taskOf(context: SendContext, { messageId = 0, text, replyForm }: StoredAction): Task<Message> {
  return context.identity.message(messageId).editTask(text, replyForm);
}
