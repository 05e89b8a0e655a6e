/**
 * State that all sites share: accounts with their passwords, login sessions, and the secret behind fkeys. A session is
 * found by its `acct` cookie or by chat's own cookie. Fkeys are derived from the secret and not stored.
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
  /** The values of the `acct` cookie and of chat's own cookie. */
  readonly acct: string;
  readonly chat: string;
}

/** A login session as the journal stores it. */
export type StoredSession = Omit<Session, "account"> & { readonly email: string };

/** The secret that fkeys are derived from, in hex. */
export interface StoredKeys {
  readonly secret: string;
  readonly generation: number;
}

/** The keys, accounts and sessions that the journal stores, or a change of them. */
export interface StoredNetwork {
  readonly keys?: StoredKeys;
  readonly accounts?: readonly Account[];
  readonly sessions?: readonly StoredSession[];
  /** `acct` values of sessions that ended; null ends all of them. */
  readonly ended?: readonly string[] | null;
}

/** The oldest sessions are evicted beyond this number. */
const MAX_SESSIONS = 10_000;

export class Network {
  readonly #accounts = new Map<string, Account>();
  readonly #sessions = new Map<string, Session>();
  readonly tickets: Tickets = new Tickets();
  #secret: Buffer = randomBytes(32);
  #generation = 0;
  #watcher: ((change: StoredNetwork) => void) | null = null;
  /** Failed logins; not stored in the journal. */
  readonly attempts: LoginAttempts;

  constructor(attempts: LoginAttempts) {
    this.attempts = attempts;
  }

  /** Calls back for every change that the journal must store. */
  onChange(watcher: (change: StoredNetwork) => void): void {
    this.#watcher = watcher;
  }

  /** Everything that the journal must store. */
  snapshot(): StoredNetwork {
    const sessions = [...new Set(this.#sessions.values())].map(storedSession);
    return { keys: this.#keys(), accounts: this.accounts(), sessions };
  }

  /** Applies a stored snapshot or change. */
  restore({ keys, accounts = [], sessions = [], ended = [] }: StoredNetwork): void {
    if (keys) {
      this.#secret = Buffer.from(keys.secret, "hex");
      this.#generation = keys.generation;
    }
    for (const account of accounts) this.#accounts.set(account.email, { ...account });
    for (const { email, ...rest } of sessions) {
      const account = this.account(email);
      if (account) this.#addSession({ ...rest, account });
    }
    if (ended === null) this.#sessions.clear();
    for (const acct of ended ?? []) {
      const session = this.#sessions.get(acct);
      if (session) this.#removeSession(session);
    }
  }

  /** Adds an account, or sets the password of an existing one, which ends its sessions. */
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

  /** Starts a session; undefined if the email or the password is wrong. */
  logIn(email: string, password: string): Session | undefined {
    const account = this.account(email);
    if (!account || account.password !== password) return undefined;
    // Percent-escaped like the real cookies: a client that decodes or re-encodes them becomes anonymous.
    const token = (): string =>
      `t=${encodeURIComponent(`${randomBytes(24).toString("base64")}=`)}&s=${randomBytes(16).toString("hex")}`;
    const session: Session = { id: randomUUID(), account, acct: token(), chat: token() };
    this.#addSession(session);
    this.#watcher?.({ sessions: [storedSession(session)] });
    if (this.#sessions.size > 2 * MAX_SESSIONS) {
      const [oldest] = this.#sessions.values();
      if (oldest) this.logOut(oldest);
    }
    return session;
  }

  logOut(session: Session): void {
    this.#removeSession(session);
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

  /** Invalidates every fkey issued so far. */
  rotateFkeys(): void {
    this.#generation++;
    this.#watcher?.({ keys: this.#keys() });
  }

  /** Returns a chat fkey of 32 hex digits. @param holder - a session id, an anonymous visitor's cookie, or "" */
  chatFkey(host: string, holder: string): string {
    return this.#digest(`chat ${host} ${holder}`).slice(0, 32);
  }

  /** Returns the fkey of the login form: 64 hex digits, bound to the visitor's `prov` cookie. */
  loginFkey(prov: string): string {
    return this.#digest(`login ${prov}`);
  }

  #keys(): { secret: string; generation: number } {
    return { secret: this.#secret.toString("hex"), generation: this.#generation };
  }

  #addSession(session: Session): void {
    this.#sessions.set(session.acct, session).set(session.chat, session);
  }

  #endLoginsOf(account: Account): void {
    for (const session of new Set(this.#sessions.values())) if (session.account === account) this.logOut(session);
  }

  #removeSession(session: Session): void {
    this.tickets.end((ticket) => ticket.session === session);
    this.#sessions.delete(session.acct);
    this.#sessions.delete(session.chat);
  }

  #digest(text: string): string {
    return createHmac("sha256", this.#secret).update(`${this.#generation} ${text}`).digest("hex");
  }
}

function storedSession({ id, acct, chat, account }: Session): StoredSession {
  return { id, acct, chat, email: account.email };
}

/** Compares two strings in constant time. */
export function constantTimeEqual(given: string | undefined, expected: string): boolean {
  const a = Buffer.from(given ?? "");
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
