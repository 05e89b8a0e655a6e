/** The times of a history's messages: days differ, nights are quiet, and messages come in bursts. Pure. */
import { Random } from "./random.js";

/** The relative number of messages in each UTC hour. */
const HOUR_WEIGHTS = [3, 2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 9, 8, 10, 11, 12, 11, 10, 9, 8, 8, 7, 6, 4];
/** The relative number of messages on each day of the week, from Sunday. */
const WEEKDAY_WEIGHTS = [5, 9, 10, 10, 10, 9, 5];

/** Yields `count` times from `from` up to `until`, in unix seconds, ascending and possibly repeated. */
export function* timesOf(from: number, until: number, count: number, seed: number): Generator<number> {
  const random = new Random(seed ^ 0x71e5);
  const slots = slotsOf(from, until, random);
  const total = slots.reduce((sum, slot) => sum + slot.weight, 0);
  let reached = 0;
  let given = 0;
  for (const { start, length, weight } of slots) {
    reached += weight;
    const share = Math.round((count * reached) / total) - given;
    given += share;
    yield* burstsOf(start, length, share, random);
  }
}

interface Slot {
  readonly start: number;
  readonly length: number;
  readonly weight: number;
}

/** Splits the range into hours; the first and the last may be partial. */
function slotsOf(from: number, until: number, random: Random): Slot[] {
  const slots: Slot[] = [];
  let mood = 1;
  for (let start = from; start < until; ) {
    const end = Math.min(until, (Math.floor(start / 3600) + 1) * 3600);
    const hour = Math.floor(start / 3600) % 24;
    const weekday = (Math.floor(start / 86_400) + 4) % 7;
    if (hour === 0 || slots.length === 0) mood = 0.5 + random.next();
    const length = end - start;
    const weight =
      (HOUR_WEIGHTS[hour] ?? 1) * (WEEKDAY_WEIGHTS[weekday] ?? 1) * mood * (0.3 + random.next()) * (length / 3600);
    slots.push({ start, length, weight });
    start = end;
  }
  return slots;
}

function burstsOf(start: number, length: number, count: number, random: Random): number[] {
  const times: number[] = [];
  while (times.length < count) {
    let at = random.below(length);
    const size = Math.min(1 + random.below(12), count - times.length);
    for (let n = 0; n < size; n++) {
      times.push(start + (at % length));
      at += 2 + random.below(60);
    }
  }
  return times.sort((a, b) => a - b);
}
