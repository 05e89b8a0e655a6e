/** A queue of planned faults. Each applies to the next requests whose path matches. */

interface Plan<T> {
  readonly pattern: string | RegExp;
  readonly fault: T;
  left: number;
}

/** Planned faults, each for a limited number of matching requests. */
export class FaultPlans<T> {
  #plans: Plan<T>[] = [];

  /** Plans a fault for the next `times` requests whose path matches. A string matches as a prefix. */
  add(pattern: string | RegExp, fault: T, times: number): void {
    if (times > 0) this.#plans.push({ pattern, fault, left: times });
  }

  /** Takes the oldest plan that matches this path, if any, and uses it up by one. */
  takeFirst(path: string): T | undefined {
    return this.#take(this.#plans.find(({ pattern }) => matches(pattern, path)));
  }

  /** Takes the newest plan that matches this path, if any, and uses it up by one. */
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
    return plan.fault;
  }
}

function matches(pattern: string | RegExp, path: string): boolean {
  if (typeof pattern === "string") return path.startsWith(pattern);
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")).test(path);
}
