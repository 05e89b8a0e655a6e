/** Resumes the queued actions of an earlier process: each is looked up before it is attempted. */
import type { Message } from "../objects/message.js";
import { resumedTask } from "./durable-task.js";
import { taskOf as editTask } from "./edit.js";
import { messageLane, roomLane } from "./lanes.js";
import { postTask, type SendContext } from "./post.js";
import type { StoredAction } from "./store.js";

/** Resumes stored actions; returns a promise for the message of each. */
export function resumeActions(context: SendContext, stored: Iterable<StoredAction>): Promise<Message>[] {
  return [...stored].map((action) => context.actions.track(() => resumeAction(context, action)));
}

async function resumeAction(context: SendContext, action: StoredAction): Promise<Message> {
  const { kind, roomId, messageId = 0 } = action;
  const isEdit = kind === "edit";
  const task = resumedTask(context, action, (wanted) =>
    isEdit ? editTask(context, wanted) : postTask(context, wanted),
  );
  const what = isEdit ? `edit message ${messageId}` : `post in room ${roomId}`;
  return new Promise((resolve, reject) => {
    const order = {
      tried: `${what}, resumed after a restart`,
      lane: isEdit ? messageLane(messageId) : roomLane(roomId),
      tasks: [task],
      onDone: resolve,
    };
    context.actions.submit(order).catch((error: unknown) => {
      task.failed(error, true);
      reject(error);
    });
  });
}
