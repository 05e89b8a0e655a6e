/**
 * Obtains a login by the client's methods in turn: the stored session, cookies, the password, each with its own jar.
 */
import { CookieJar } from "tough-cookie";
import { NoAccountError, NotLoggedInError } from "../errors/index.js";
import type { Services } from "../util/services.js";
import type { ChatHost } from "./chat-host.js";
import { addCookies, type CookieInput } from "./cookies.js";
import { identify } from "./identify.js";
import { type Credentials, type Login, type LoginSite, logInByPassword, type Me } from "./login.js";
import { jarOf } from "./session-file.js";
import type { SessionKeeper } from "./session-keeper.js";

/** The ways in which a client can log in. Replaced as a whole when it changes accounts. */
export interface LoginMethods {
  readonly credentials?: Credentials | undefined;
  readonly cookies?: CookieInput | undefined;
  /** Whether to skip the stored session, which may belong to the previous account. @default false */
  readonly skipStored?: boolean;
}

/** A login whose account is known. */
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
 * Logs in with the first method that works.
 * @throws {NOT_LOGGED_IN} when none works and there is no password {NO_ACCOUNT} and every refusal of a password login
 */
export async function obtainLogin(tools: LoginTools, methods: LoginMethods): Promise<KnownLogin> {
  const { chat, login, services } = tools;
  const about = { tried: "log in", host: chat.host };
  const known = (await restoreLogin(tools, methods)) ?? (await fromCookies(tools, methods));
  if (known) return known;
  const { credentials } = methods;
  if (!credentials) {
    if (methods.cookies !== undefined)
      throw new NotLoggedInError(about, "the cookies are not logged in; they may have expired");
    const reason = "no stored session is still valid, and there is no password";
    throw new NotLoggedInError(about, tools.keeper.isOn ? reason : undefined);
  }
  services.counters.add("session:login");
  const jar = new CookieJar();
  // The first login may have been ended meanwhile; if the second has no account either, there is none here.
  for (let tries = 0; tries < 2; tries++) {
    await logInByPassword(login, jar, credentials);
    const found = await knownIn(chat, jar);
    if (found) return found;
  }
  throw new NoAccountError(about);
}

/** The stored session, if it is still valid and belongs to the right account. */
export async function restoreLogin(
  { chat, keeper, services }: LoginTools,
  methods: LoginMethods,
): Promise<KnownLogin | null> {
  const stored = methods.skipStored ? null : await keeper.read(methods);
  if (!stored) return null;
  const found = await knownIn(chat, await jarOf(stored));
  if (found?.me.id === stored.owner.id) return found;
  services.log.warn(found ? "the stored session belongs to another account" : "the stored session has expired");
  return null;
}

async function fromCookies({ chat, login, services }: LoginTools, methods: LoginMethods): Promise<KnownLogin | null> {
  if (methods.cookies === undefined) return null;
  const jar = new CookieJar();
  await addCookies(jar, methods.cookies, login.site);
  const found = await knownIn(chat, jar);
  if (!found && methods.credentials) services.log.warn("the cookies are not logged in; trying the password");
  return found;
}

async function knownIn(chat: ChatHost, jar: CookieJar): Promise<KnownLogin | null> {
  const { me, fkey } = await identify(chat, jar, true);
  return me && { jar, me, fkey };
}
