/**
 * Detects work that grows faster than its input. No wall clock decides: the CPU times of the same work on a small and a
 * large input are measured alternately in one run, so that a slow or busy machine affects both alike.
 */

/** Work on an input. */
export interface Work {
  /** The size of the input, in any unit that both works share. */
  readonly size: number;
  run(): void;
}

/** Garbage collection may have run in between, so only work that is slow every time counts as slow. */
const TRIES = 5;
/** Fast enough without another attempt. */
const IN_PROPORTION = 2;

/**
 * How much longer the large work takes than as much of the small one: about 1 for linear work, about
 * `large.size / small.size` for quadratic work. The minimum of five attempts.
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
