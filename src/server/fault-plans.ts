/** Plans for incoming requests: matched by path, for the next few or for all of them. */

interface Plan<T> {
  readonly pattern: string | RegExp;
  readonly what: T;
  left: number;
}

/** Plans for requests, each for a number of them. */
export class FaultPlans<T> {
  #plans: Plan<T>[] = [];

  /** Plans something for the next requests whose path matches; a string matches the path's beginning. */
  add(pattern: string | RegExp, what: T, times: number): void {
    if (times > 0) this.#plans.push({ pattern, what, left: times });
  }

  /** The plan of this request that was made first, if there is one; counts it. */
  takeFirst(path: string): T | undefined {
    return this.#take(this.#plans.find(({ pattern }) => matches(pattern, path)));
  }

  /** The plan of this request that was made last, if there is one; counts it. */
  takeLast(path: string): T | undefined {
    return this.#take(this.#plans.findLast(({ pattern }) => matches(pattern, path)));
  }

  clear(): void {
    this.#plans = [];
  }

  #take(plan: Plan<T> | undefined): T | undefined {
    if (!plan) return undefined;
    plan.left--;
    if (plan.left <= 0) this.#plans = this.#plans.filter((other) => other !== plan);
    return plan.what;
  }
}

function matches(pattern: string | RegExp, path: string): boolean {
  if (typeof pattern === "string") return path.startsWith(pattern);
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")).test(path);
}
