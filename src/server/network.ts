/**
 * What the sites share: accounts with their passwords, login sessions, and the keys that forms must bring back.
 * A session is known by its `acct` cookie or by the cookie chat sets; fkeys are derived, so nothing is stored for them.
 */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { LoginAttempts } from "./login-attempts.js";
import { Tickets } from "./tickets.js";

export interface Account {
  readonly email: string;
  readonly name: string;
  password: string;
}

export interface Session {
  readonly id: string;
  readonly account: Account;
  /** Values of the `acct` and the chat cookie. */
  readonly acct: string;
  readonly chat: string;
}

/** A login as it outlives a server. */
export type KeptSession = Omit<Session, "account"> & { readonly email: string };

/** The secret that forms' keys are made of, in hex. */
export interface KeptKeys {
  readonly secret: string;
  readonly generation: number;
}

/** What outlives a server: keys, accounts and logins, or a change of these. */
export interface KeptNetwork {
  readonly keys?: KeptKeys;
  readonly accounts?: readonly Account[];
  readonly sessions?: readonly KeptSession[];
  /** `acct` values of logins that are over; null ends all of them. */
  readonly ended?: readonly string[] | null;
}

/** Sessions kept; the oldest go first. */
const maxSessions = 10_000;

export class Network {
  readonly #accounts = new Map<string, Account>();
  readonly #sessions = new Map<string, Session>();
  readonly tickets: Tickets = new Tickets();
  #secret: Buffer = randomBytes(32);
  #generation = 0;
  #watcher: ((change: KeptNetwork) => void) | null = null;
  /** Wrong passwords; of no concern to a later server. */
  readonly attempts: LoginAttempts;

  constructor(attempts: LoginAttempts) {
    this.attempts = attempts;
  }

  /** Tells every change from now on that a later server must know. */
  watch(watcher: (change: KeptNetwork) => void): void {
    this.#watcher = watcher;
  }

  /** Everything that a later server must know. */
  kept(): KeptNetwork {
    const sessions = [...new Set(this.#sessions.values())].map(keptSession);
    return { keys: this.#keys(), accounts: this.accounts(), sessions };
  }

  /** Takes back what an earlier server knew. */
  restore({ keys, accounts = [], sessions = [], ended = [] }: KeptNetwork): void {
    if (keys) {
      this.#secret = Buffer.from(keys.secret, "hex");
      this.#generation = keys.generation;
    }
    for (const account of accounts) this.#accounts.set(account.email, { ...account });
    for (const { email, ...rest } of sessions) {
      const account = this.account(email);
      if (account) this.#keep({ ...rest, account });
    }
    if (ended === null) this.#sessions.clear();
    for (const acct of ended ?? []) {
      const session = this.#sessions.get(acct);
      if (session) this.#drop(session);
    }
  }

  /** Adds an account, or gives an existing one a new password, which ends its logins. */
  addAccount(email: string, name: string, password: string): Account {
    const key = email.trim().toLowerCase();
    const known = this.#accounts.get(key);
    if (known) {
      if (known.password !== password) this.#endLoginsOf(known);
      known.password = password;
      this.#watcher?.({ accounts: [known] });
      return known;
    }
    const account: Account = { email: key, name, password };
    this.#accounts.set(key, account);
    this.#watcher?.({ accounts: [account] });
    return account;
  }

  account(email: string): Account | undefined {
    return this.#accounts.get(email.trim().toLowerCase());
  }

  accounts(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  /** A new session, or undefined when email or password is wrong. */
  logIn(email: string, password: string): Session | undefined {
    const account = this.account(email);
    if (!account || account.password !== password) return undefined;
    // Percent escapes inside, as in the real ones: a client that decodes or encodes them again is anonymous.
    const token = (): string =>
      `t=${encodeURIComponent(`${randomBytes(24).toString("base64")}=`)}&s=${randomBytes(16).toString("hex")}`;
    const session: Session = { id: randomUUID(), account, acct: token(), chat: token() };
    this.#keep(session);
    this.#watcher?.({ sessions: [keptSession(session)] });
    if (this.#sessions.size > 2 * maxSessions) {
      const [oldest] = this.#sessions.values();
      if (oldest) this.logOut(oldest);
    }
    return session;
  }

  logOut(session: Session): void {
    this.#drop(session);
    this.#watcher?.({ ended: [session.acct] });
  }

  session(cookieValue: string | undefined): Session | null {
    return (cookieValue && this.#sessions.get(cookieValue)) || null;
  }

  expireSessions(): void {
    this.#sessions.clear();
    this.tickets.end(({ session }) => session !== null);
    this.#watcher?.({ ended: null });
  }

  /** Makes every fkey handed out so far a stale one. */
  rotateFkeys(): void {
    this.#generation++;
    this.#watcher?.({ keys: this.#keys() });
  }

  /** 32 hex digits; `holder` is a session, an anonymous visitor's cookie, or nothing. */
  chatFkey(host: string, holder: string): string {
    return this.#digest(`chat ${host} ${holder}`).slice(0, 32);
  }

  /** 64 hex digits, bound to the visitor's `prov` cookie. */
  loginFkey(prov: string): string {
    return this.#digest(`login ${prov}`);
  }

  #keys(): { secret: string; generation: number } {
    return { secret: this.#secret.toString("hex"), generation: this.#generation };
  }

  #keep(session: Session): void {
    this.#sessions.set(session.acct, session).set(session.chat, session);
  }

  #endLoginsOf(account: Account): void {
    for (const session of new Set(this.#sessions.values())) if (session.account === account) this.logOut(session);
  }

  #drop(session: Session): void {
    this.tickets.end((ticket) => ticket.session === session);
    this.#sessions.delete(session.acct);
    this.#sessions.delete(session.chat);
  }

  #digest(text: string): string {
    return createHmac("sha256", this.#secret).update(`${this.#generation} ${text}`).digest("hex");
  }
}

function keptSession({ id, acct, chat, account }: Session): KeptSession {
  return { id, acct, chat, email: account.email };
}

/** Compares without telling by its duration how much was right. */
export function sameKey(given: string | undefined, expected: string): boolean {
  const a = Buffer.from(given ?? "");
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
