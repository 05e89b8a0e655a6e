/** The doctor's checks of reaching the site, logging in, and knowing who is who. */
import { CookieJar } from "tough-cookie";
import { Client } from "../../index.js";
import type { Call } from "../../protocol/call.js";
import { type ChatPage, parseChatPage, parseLoginPage } from "../../protocol/pages/index.js";
import { assertSuccess } from "../../protocol/refusals.js";
import { HttpClient } from "../../transport/http.js";
import { refuseObstacles } from "../../transport/login.js";
import { isOfSite } from "../../transport/origins.js";
import { ConnectionPool } from "../../transport/pool.js";
import { systemClock } from "../../util/clock.js";
import { Secrets } from "../../util/secrets.js";
import type { Examination, Eyes, Seen } from "./examination.js";

/** The first page of a chat host: the list of rooms, with the fkey and who is logged in. */
const homePage: Call<ChatPage> = {
  request: { method: "GET", path: "/", needs: "nothing", answersPage: true, tried: "read the first page" },
  read(answer) {
    assertSuccess(answer, { tried: "read the first page" });
    return parseChatPage(answer.body);
  },
};

/** Whether the site can be reached at all. */
export function checkReach(examination: Examination, { visitor }: Eyes): Promise<boolean> {
  return examination.check("home page", async () => {
    const page = await visitor.call(homePage);
    return page.fkey
      ? `${visitor.site.chatOrigin} answers, with an fkey for visitors`
      : { ...notUnderstood, seen: "it was read, but has no fkey: input[name=fkey] is missing" };
  });
}

const notUnderstood = {
  result: "problem",
  code: "NOT_UNDERSTOOD",
  advice: "the site has changed, or something stands in between; please report it with `chatexchange doctor --json`",
} as const;

const loggedOut = {
  result: "problem",
  code: "NOT_LOGGED_IN",
  seen: "the page has a link to log in: the session has ended",
  advice: "run `chatexchange login` again",
} as const;

/** Whether the page can be read that logins need. Nobody logs in here. */
export async function checkLoginPage(examination: Examination, { visitor, userAgent }: Eyes): Promise<void> {
  const { site, routes, tap } = visitor;
  const pool = new ConnectionPool(routes);
  const isOurs = (address: URL): boolean => isOfSite(site, address);
  const secrets = new Secrets();
  const http = new HttpClient({ pool, clock: systemClock, secrets, userAgent, timeoutMs: 20_000, isOurs, tap });
  const look = async (): Promise<string> => {
    const about = { tried: "read the login page", host: new URL(site.loginOrigin).host };
    const url = `${site.loginOrigin}/users/login`;
    const answer = await http.send({ method: "GET", url, jar: new CookieJar(), about });
    refuseObstacles(answer, about);
    parseLoginPage(answer.body);
    return `${about.host} shows its form`;
  };
  await examination.check("login page", look).finally(() => pool.close());
}

/** Logs in if that is set up; from then on the reader is whoever that is. */
export async function checkLogin(examination: Examination, eyes: Eyes): Promise<void> {
  const { client } = eyes;
  const session = Client.sessionOf(client);
  if (!session.canLogIn) {
    await examination.note({
      check: "login",
      result: "warning",
      seen: "no login is set up, so everything is looked at as a visitor",
      advice: "run `chatexchange login` to talk as somebody",
    });
    return;
  }
  const before = client.counts["session:login"];
  const isIn = await examination.check("login", async (): Promise<Seen> => {
    const me = await client.login();
    const how = client.counts["session:login"] > before ? "with email and password" : "with the stored session";
    return `logged in as ${await me.name} (user ${me.id}) ${how}`;
  });
  if (!isIn) return;
  eyes.reader = session;
  await examination.check("who am I and fkey", async (): Promise<Seen> => {
    const { me, fkey, isAnonymous } = await session.call(homePage);
    const id = session.me?.id;
    if (!fkey) return { ...notUnderstood, seen: "the page has no fkey, so nothing could be said" };
    if (isAnonymous) return loggedOut;
    if (!me) return { ...notUnderstood, seen: "the page tells neither who is logged in nor that nobody is" };
    if (me.id !== id)
      return { ...notUnderstood, seen: `the page is for user ${me.id}, the session for ${id ?? "nobody"}` };
    const digits = fkey.length === 32 ? "32 digits" : `${fkey.length} characters`;
    return `both are on the page (an fkey of ${digits})`;
  });
}
