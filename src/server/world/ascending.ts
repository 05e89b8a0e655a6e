/** Lists of messages and events that are ascending by id, so that a place in one is found without reading it. Pure. */
import type { MessageRecord } from "./records.js";

/** The index of the first with an id of at least `id`. */
export function firstIndex(list: readonly { readonly id: number }[], id: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.id ?? 0) >= id) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Puts a message in its place; does nothing when it is there. */
export function addTo(messages: MessageRecord[], message: MessageRecord): void {
  const last = messages[messages.length - 1];
  if (!last || last.id < message.id) {
    messages.push(message);
    return;
  }
  const index = firstIndex(messages, message.id);
  if (messages[index]?.id !== message.id) messages.splice(index, 0, message);
}

/** Takes a message out; does nothing when it is not there. */
export function removeFrom(messages: MessageRecord[], id: number): void {
  const index = firstIndex(messages, id);
  if (messages[index]?.id === id) messages.splice(index, 1);
}

/** The messages of both lists, each once. */
export function merged(a: readonly MessageRecord[], b: readonly MessageRecord[]): MessageRecord[] {
  const all = [...a, ...b].sort((left, right) => left.id - right.id);
  return all.filter((message, index) => message !== all[index - 1]);
}
