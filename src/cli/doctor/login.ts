/** The doctor's checks of reaching the site, logging in, and identifying the account. */
import { CookieJar } from "tough-cookie";
import { Client } from "../../index.js";
import type { Call } from "../../protocol/call.js";
import { type ChatPage, parseChatPage, parseLoginPage } from "../../protocol/pages/index.js";
import { assertSuccess } from "../../protocol/refusals.js";
import { HttpClient } from "../../transport/http.js";
import { throwIfBlocked } from "../../transport/login.js";
import { isOfSite } from "../../transport/origins.js";
import { ConnectionPool } from "../../transport/pool.js";
import { systemClock } from "../../util/clock.js";
import { Secrets } from "../../util/secrets.js";
import type { CheckOutcome, CheckRunner, DoctorSessions } from "./check-runner.js";

/** The home page of a chat host: the list of rooms, with the fkey and the logged-in account. */
const HOME_PAGE: Call<ChatPage> = {
  request: { method: "GET", path: "/", needs: "nothing", answersPage: true, tried: "read the first page" },
  read(answer) {
    assertSuccess(answer, { tried: "read the first page" });
    return parseChatPage(answer.body);
  },
};

/** Checks whether the site can be reached at all. */
export function checkReach(runner: CheckRunner, { visitor }: DoctorSessions): Promise<boolean> {
  return runner.check("home page", async () => {
    const page = await visitor.call(HOME_PAGE);
    return page.fkey
      ? `${visitor.site.chatOrigin} answers, with an anonymous fkey`
      : { ...NOT_UNDERSTOOD, seen: "the page has no fkey: input[name=fkey] is missing" };
  });
}

const NOT_UNDERSTOOD = {
  result: "problem",
  code: "NOT_UNDERSTOOD",
  advice: "the site has changed, or a proxy interferes; please report it with `chatexchange doctor --json`",
} as const;

const LOGGED_OUT = {
  result: "problem",
  code: "NOT_LOGGED_IN",
  seen: "the page has a login link: the session has ended",
  advice: "run `chatexchange login` again",
} as const;

/** Checks whether the login page can be parsed. Does not log in. */
export async function checkLoginPage(runner: CheckRunner, { visitor, userAgent }: DoctorSessions): Promise<void> {
  const { site, routes, tap } = visitor;
  const pool = new ConnectionPool(routes);
  const isOurs = (address: URL): boolean => isOfSite(site, address);
  const secrets = new Secrets();
  const http = new HttpClient({ pool, clock: systemClock, secrets, userAgent, timeoutMs: 20_000, isOurs, tap });
  const look = async (): Promise<string> => {
    const about = { tried: "read the login page", host: new URL(site.loginOrigin).host };
    const url = `${site.loginOrigin}/users/login`;
    const answer = await http.send({ method: "GET", url, jar: new CookieJar(), about });
    throwIfBlocked(answer, about);
    parseLoginPage(answer.body);
    return `${about.host} shows its form`;
  };
  await runner.check("login page", look).finally(() => pool.close());
}

/** Logs in if a login is configured; later checks then read as that account. */
export async function checkLogin(runner: CheckRunner, sessions: DoctorSessions): Promise<void> {
  const { client } = sessions;
  const session = Client.sessionOf(client);
  if (!session.canLogIn) {
    await runner.note({
      check: "login",
      result: "warning",
      seen: "no login is configured, so everything is checked anonymously",
      advice: "run `chatexchange login` to write messages",
    });
    return;
  }
  const before = client.counts["session:login"];
  const isIn = await runner.check("login", async (): Promise<CheckOutcome> => {
    const me = await client.login();
    const how = client.counts["session:login"] > before ? "with email and password" : "with the stored session";
    return `logged in as ${await me.name} (user ${me.id}) ${how}`;
  });
  if (!isIn) return;
  sessions.reader = session;
  await runner.check("who am I and fkey", async (): Promise<CheckOutcome> => {
    const { me, fkey, isAnonymous } = await session.call(HOME_PAGE);
    const id = session.me?.id;
    if (!fkey) return { ...NOT_UNDERSTOOD, seen: "the page has no fkey, so messages cannot be sent" };
    if (isAnonymous) return LOGGED_OUT;
    if (!me) return { ...NOT_UNDERSTOOD, seen: "the page shows neither an account nor a login link" };
    if (me.id !== id)
      return { ...NOT_UNDERSTOOD, seen: `the page belongs to user ${me.id}, but the session to ${id ?? "nobody"}` };
    const digits = fkey.length === 32 ? "32 digits" : `${fkey.length} characters`;
    return `both are on the page (an fkey of ${digits})`;
  });
}
