/**
 * Backoff for failed logins on an exposed server: from the fourth wrong password on, the account and the IP address wait
 * longer each time. An account waits a minute at most, so that an attacker cannot lock its owner out for long.
 */
import type { Clock } from "../util/clock.js";

/** Wrong passwords before the first wait. */
const FREE_ATTEMPTS = 3;
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = { account: 60_000, address: 900_000 };
/** Failures are forgotten after this time without another one. */
const FORGET_AFTER_MS = 3_600_000;
/** Accounts and addresses remembered; the least recently failed is evicted first. */
const MAX_REMEMBERED = 10_000;
/** Longer emails are truncated to this length. */
const MAX_EMAIL_CHARACTERS = 100;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

export class LoginAttempts {
  readonly #isOn: boolean;
  readonly #clock: Clock;
  /** By account or address, least recently failed first. */
  readonly #failures = new Map<string, Failures>();

  /** @param isOn - whether failed attempts are slowed down */
  constructor(isOn: boolean, clock: Clock) {
    this.#isOn = isOn;
    this.#clock = clock;
  }

  /** The seconds until this account accepts another password from this address; 0 if it does now. */
  waitSeconds(email: string, address: string): number {
    const account = this.#waitMs(accountKey(email), MAX_WAIT_MS.account);
    return Math.ceil(Math.max(account, this.#waitMs(addressKey(address), MAX_WAIT_MS.address)) / 1000);
  }

  /** Records an attempt. Success clears the account but not the address, because an attacker may own one account of many. */
  record(email: string, address: string, isRight: boolean): void {
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
    if (count < FREE_ATTEMPTS) return 0;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(count - FREE_ATTEMPTS, 20), longestMs);
    return Math.max(0, lastMs + wait - this.#clock.now());
  }

  #fail(key: string): void {
    const count = (this.#recent(key)?.count ?? 0) + 1;
    this.#failures.delete(key);
    this.#failures.set(key, { count, lastMs: this.#clock.now() });
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined && this.#failures.size > MAX_REMEMBERED) this.#failures.delete(oldest);
  }

  #recent(key: string): Failures | undefined {
    const known = this.#failures.get(key);
    return known && this.#clock.now() - known.lastMs < FORGET_AFTER_MS ? known : undefined;
  }
}

function accountKey(email: string): string {
  return `account ${email.trim().toLowerCase().slice(0, MAX_EMAIL_CHARACTERS)}`;
}

/** An IPv6 address counts by its /64 network, because one machine owns all addresses in it. */
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
