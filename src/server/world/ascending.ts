/** Operations on lists of messages and events in ascending order of id, by binary search. Pure. */
import type { MessageRecord } from "./records.js";

/** The index of the first element whose id is at least `id`. */
export function lowerBound(list: readonly { readonly id: number }[], id: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.id ?? 0) >= id) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Inserts a message in order unless it is already there. */
export function insertById(messages: MessageRecord[], message: MessageRecord): void {
  const last = messages[messages.length - 1];
  if (!last || last.id < message.id) {
    messages.push(message);
    return;
  }
  const index = lowerBound(messages, message.id);
  if (messages[index]?.id !== message.id) messages.splice(index, 0, message);
}

/** Removes a message if it is there. */
export function removeById(messages: MessageRecord[], id: number): void {
  const index = lowerBound(messages, id);
  if (messages[index]?.id === id) messages.splice(index, 1);
}

/** Merges two lists without duplicates. */
export function mergeById(a: readonly MessageRecord[], b: readonly MessageRecord[]): MessageRecord[] {
  const all = [...a, ...b].sort((left, right) => left.id - right.id);
  return all.filter((message, index) => message !== all[index - 1]);
}
