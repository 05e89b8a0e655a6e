/** Stores one client's session in its file, if it has one. A failed write is logged once and is not an error. */
import type { Site } from "../protocol/sites.js";
import type { Services } from "../util/services.js";
import type { KnownLogin, LoginMethods } from "./obtain-login.js";
import {
  accountFingerprint,
  readSessionFile,
  removeSessionFile,
  type StoredSession,
  writeSessionFile,
} from "./session-file.js";

export class SessionKeeper {
  readonly #path: string | undefined;
  readonly #site: Site;
  readonly #services: Services;
  #hasWarned = false;

  constructor(path: string | undefined, site: Site, services: Services) {
    this.#path = path;
    this.#site = site;
    this.#services = services;
  }

  /** Whether there is a session file. */
  get isOn(): boolean {
    return this.#path !== undefined;
  }

  /**
   * The stored session, if it belongs to the account of the login methods; null when there is none.
   * @throws {BAD_ARGUMENT} when the file is not a session file {STORAGE} when it cannot be read
   */
  async read(methods: LoginMethods): Promise<StoredSession | null> {
    if (this.#path === undefined) return null;
    const stored = await readSessionFile(this.#path, this.#site);
    const account = accountOf(methods);
    return stored && (account === null || stored.account === null || stored.account === account) ? stored : null;
  }

  /** Stores a session. If that fails, the login still works, but the next start must log in again. */
  async write({ jar, me }: KnownLogin, methods: LoginMethods): Promise<void> {
    if (this.#path === undefined) return;
    try {
      const { cookies } = await jar.serialize();
      await writeSessionFile(this.#path, { host: this.#site.host, owner: me, account: accountOf(methods), cookies });
      this.#hasWarned = false;
    } catch (error) {
      if (this.#hasWarned) return;
      this.#hasWarned = true;
      this.#services.log.warn("the session works, but cannot be saved to its file", error);
    }
  }

  /** Deletes the file. @throws {STORAGE} */
  async remove(): Promise<void> {
    if (this.#path !== undefined) await removeSessionFile(this.#path);
  }
}

function accountOf({ credentials }: LoginMethods): string | null {
  return credentials ? accountFingerprint(credentials.email) : null;
}
