/**
 * Looks for work that grows faster than its input. No clock on the wall decides: the processor's time for the same work
 * on a small and a large input is taken in turn, in the same run, so that a slow or busy machine is the same for both.
 */

/** Something done to an input. */
export interface Work {
  /** How large the input is, in any unit that both works share. */
  readonly size: number;
  run(): void;
}

/** Memory may have been tidied up in between: only what is slow each time is slow. */
const TRIES = 5;
/** Not worth another try. */
const IN_PROPORTION = 2;

/**
 * How many times as long the large work takes as the small one repeated until it is as much: about 1 when the time is in
 * proportion to the size, about `large.size / small.size` when it is in proportion to its square. The least of five tries.
 */
export function slowdown(small: Work, large: Work): number {
  const times = Math.max(1, Math.round(large.size / small.size));
  small.run();
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES && least > IN_PROPORTION; tried++) {
    const expected = timed(() => {
      for (let done = 0; done < times; done++) small.run();
    });
    least = Math.min(least, timed(() => large.run()) / expected);
  }
  return least;
}

function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(user + system, 1);
}
