/**
 * How often passwords were wrong, for a server that other machines can reach: from the fourth wrong one on, an account and
 * an address wait longer each time. An account waits a minute at most, so that nobody can lock its owner out for long.
 */
import type { Clock } from "../util/clock.js";

/** Wrong passwords that cost no wait. */
const freeTries = 3;
const firstWaitMs = 1_000;
const longestWaitMs = { account: 60_000, address: 900_000 };
/** After so long without a wrong password they are forgotten. */
const forgottenMs = 3_600_000;
/** Accounts and addresses remembered; those whose last wrong password is oldest go first. */
const maxRemembered = 10_000;
/** The most characters of an email that count. */
const maxEmail = 100;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

export class LoginAttempts {
  readonly #isOn: boolean;
  readonly #clock: Clock;
  /** By account or address, in the order of their last wrong passwords. */
  readonly #failures = new Map<string, Failures>();

  /** @param isOn - whether anybody is slowed down */
  constructor(isOn: boolean, clock: Clock) {
    this.#isOn = isOn;
    this.#clock = clock;
  }

  /** The seconds until a password for this account is looked at again, from this address; 0 for now. */
  waitSeconds(email: string, address: string): number {
    const account = this.#waitMs(accountKey(email), longestWaitMs.account);
    return Math.ceil(Math.max(account, this.#waitMs(addressKey(address), longestWaitMs.address)) / 1000);
  }

  /** Counts a password. A right one clears its account, but not the address: whoever tries many accounts may own one. */
  note(email: string, address: string, isRight: boolean): void {
    if (!this.#isOn) return;
    if (isRight) {
      this.#failures.delete(accountKey(email));
      return;
    }
    this.#fail(accountKey(email));
    this.#fail(addressKey(address));
  }

  #waitMs(key: string, longestMs: number): number {
    const { count = 0, lastMs = 0 } = this.#recent(key) ?? {};
    if (count < freeTries) return 0;
    const wait = Math.min(firstWaitMs * 2 ** Math.min(count - freeTries, 20), longestMs);
    return Math.max(0, lastMs + wait - this.#clock.now());
  }

  #fail(key: string): void {
    const count = (this.#recent(key)?.count ?? 0) + 1;
    this.#failures.delete(key);
    this.#failures.set(key, { count, lastMs: this.#clock.now() });
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined && this.#failures.size > maxRemembered) this.#failures.delete(oldest);
  }

  #recent(key: string): Failures | undefined {
    const known = this.#failures.get(key);
    return known && this.#clock.now() - known.lastMs < forgottenMs ? known : undefined;
  }
}

function accountKey(email: string): string {
  return `account ${email.trim().toLowerCase().slice(0, maxEmail)}`;
}

/** Of IPv6 the network of 64 bits counts: one machine has all the addresses in it. */
function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return `address ${plain.includes(":") ? firstGroups(plain) : plain}`;
}

function firstGroups(address: string): string {
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const rest = tail === "" ? [] : tail.split(":");
    groups.push(...Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => "0"), ...rest);
  }
  return groups.slice(0, 4).join(":");
}
