/** Takes up the actions of an earlier process: each is looked up before it is done. */
import type { Message } from "../objects/message.js";
import { taskOf as editTask } from "./edit.js";
import { resumedTask } from "./kept.js";
import { messageLane, roomLane } from "./lanes.js";
import { postTask, type SendContext } from "./post.js";
import type { StoredAction } from "./store.js";

/** Does stored actions; returns a promise for the message of each. */
export function sendStored(context: SendContext, stored: Iterable<StoredAction>): Promise<Message>[] {
  return [...stored].map((action) => context.actions.tend(() => doStored(context, action)));
}

async function doStored(context: SendContext, action: StoredAction): Promise<Message> {
  const { kind, roomId, messageId = 0 } = action;
  const isEdit = kind === "edit";
  const task = resumedTask(context, action, (wanted) =>
    isEdit ? editTask(context, wanted) : postTask(context, wanted),
  );
  const what = isEdit ? `edit message ${messageId}` : `post in room ${roomId}`;
  return new Promise((resolve, reject) => {
    const order = {
      tried: `${what}, as was wanted before the restart`,
      lane: isEdit ? messageLane(messageId) : roomLane(roomId),
      tasks: [task],
      onDone: resolve,
    };
    context.actions.order(order).catch((error: unknown) => {
      task.failed(error, true);
      reject(error);
    });
  });
}
