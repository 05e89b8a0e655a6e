/** Faults of frames with events on their way to one socket. */

/** `lose`: dropped. `delay`: sent after the next frame. `garble`: truncated, or with an invalid event. `duplicate`: sent twice. */
export type FrameFault = "lose" | "delay" | "garble" | "duplicate";

/** Counts planned faults. A frame gets at most one, in the order above. */
export class FrameFaults {
  readonly #left: Record<FrameFault, number> = { lose: 0, delay: 0, garble: 0, duplicate: 0 };

  /** Plans a fault for the next frames. */
  plan(fault: FrameFault, count: number): void {
    this.#left[fault] = count;
  }

  /** Returns the texts to send now, and those to send after the next frame. */
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
