/** What can happen to a frame with events between the server and one of its sockets. */

/** Lost; late, after the next frame of its socket; cut off in the middle or with an event that makes no sense; sent twice. */
export type FrameFault = "lose" | "delay" | "garble" | "duplicate";

/** Counts the faults that are planned; a frame meets one at most, in the order of the list above. */
export class FrameFaults {
  readonly #left: Record<FrameFault, number> = { lose: 0, delay: 0, garble: 0, duplicate: 0 };

  /** The next so many frames meet this fault. */
  plan(fault: FrameFault, count: number): void {
    this.#left[fault] = count;
  }

  /** What goes out now, and what after the next frame. */
  apply(text: string): { readonly now: readonly string[]; readonly later: readonly string[] } {
    const left = this.#left;
    if (this.#take("lose")) return { now: [], later: [] };
    if (this.#take("delay")) return { now: [], later: [text] };
    if (this.#take("garble")) return { now: [left.garble % 2 === 0 ? withBadEvent(text) : cutOff(text)], later: [] };
    return { now: this.#take("duplicate") ? [text, text] : [text], later: [] };
  }

  #take(fault: FrameFault): boolean {
    if (this.#left[fault] <= 0) return false;
    this.#left[fault]--;
    return true;
  }
}

const cutOff = (text: string): string => text.slice(0, text.length / 2);

const withBadEvent = (text: string): string => text.replace(/"event_type":\d+/, '"event_type":"?"');
