/** Obtains a login by the client's means: the stored session, then cookies, then the password, each in its own jar. */
import { CookieJar } from "tough-cookie";
import { NoAccountError, NotLoggedInError } from "../errors/index.js";
import type { Services } from "../util/services.js";
import type { ChatHost } from "./chat-host.js";
import { addCookies, type CookieInput } from "./cookies.js";
import { type Credentials, type Login, type LoginSite, logInByPassword, type Me } from "./login.js";
import { jarOf } from "./session-file.js";
import type { SessionKeeper } from "./session-keeper.js";
import { identify } from "./who-am-i.js";

/** The means of logging in. Replaced as a whole when the client changes accounts. */
export interface Means {
  readonly credentials?: Credentials | undefined;
  readonly cookies?: CookieInput | undefined;
  /** Whether to skip the stored session, which may be of the previous account. @default false */
  readonly skipStored?: boolean;
}

/** A login with a known owner. */
export interface KnownLogin extends Login {
  readonly me: Me;
  readonly fkey: string;
}

/** The parts that obtaining a login uses. */
export interface LoginTools {
  readonly chat: ChatHost;
  readonly login: LoginSite;
  readonly keeper: SessionKeeper;
  readonly services: Services;
}

/**
 * Logs in with the first of the means that works.
 * @throws {NOT_LOGGED_IN} when none does and there is no password {NO_ACCOUNT} and every refusal of a password login
 */
export async function obtainLogin(tools: LoginTools, means: Means): Promise<KnownLogin> {
  const { chat, login, services } = tools;
  const about = { tried: "log in", host: chat.host };
  const known = (await restoreLogin(tools, means)) ?? (await fromCookies(tools, means));
  if (known) return known;
  const { credentials } = means;
  if (!credentials) {
    if (means.cookies !== undefined)
      throw new NotLoggedInError(about, "the cookies do not belong to a login; they may have expired");
    const reason = "there is no stored session that still works, and no password to log in with";
    throw new NotLoggedInError(about, tools.keeper.isOn ? reason : undefined);
  }
  services.counters.add("session:login");
  const jar = new CookieJar();
  // The first login may have been ended meanwhile; when the second has no owner either, there is no account here.
  for (let tries = 0; tries < 2; tries++) {
    await logInByPassword(login, jar, credentials);
    const found = await knownIn(chat, jar);
    if (found) return found;
  }
  throw new NoAccountError(about);
}

/** The stored session, if it still works and is of the right account. */
export async function restoreLogin({ chat, keeper, services }: LoginTools, means: Means): Promise<KnownLogin | null> {
  const stored = means.skipStored ? null : await keeper.read(means);
  if (!stored) return null;
  const found = await knownIn(chat, await jarOf(stored));
  if (found?.me.id === stored.owner.id) return found;
  services.log.warn(found ? "the stored session is somebody else's" : "the stored session has expired");
  return null;
}

async function fromCookies({ chat, login, services }: LoginTools, means: Means): Promise<KnownLogin | null> {
  if (means.cookies === undefined) return null;
  const jar = new CookieJar();
  await addCookies(jar, means.cookies, login.site);
  const found = await knownIn(chat, jar);
  if (!found && means.credentials) services.log.warn("the cookies do not belong to a login; the password is tried");
  return found;
}

async function knownIn(chat: ChatHost, jar: CookieJar): Promise<KnownLogin | null> {
  const { me, fkey } = await identify(chat, jar, true);
  return me && { jar, me, fkey };
}
