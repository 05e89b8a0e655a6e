/** Finds the owner of a jar of cookies, and the fkey that goes with it (protocol.md §2.4, §2.5). */
import type { CookieJar } from "tough-cookie";
import { ParseError } from "../errors/index.js";
import type { WireRequest } from "../protocol/call.js";
import { parseChatPage } from "../protocol/pages/index.js";
import { refusalOf } from "../protocol/refusals.js";
import type { ChatHost } from "./chat-host.js";
import type { Me } from "./login.js";

/** The facts of a chat page about a login. */
export interface Identified {
  /** Null when the cookies belong to nobody. */
  readonly me: Me | null;
  readonly fkey: string;
}

const TRIED = "find out who is logged in";

/**
 * Reads a light chat page for the owner of the cookies and the fkey.
 * @param expectsSomebody - ask a second page when the first one names nobody
 * @throws {NOT_UNDERSTOOD} when no page has an fkey, and every refusal of the front page
 */
export async function identify(chat: ChatHost, jar: CookieJar, expectsSomebody: boolean): Promise<Identified> {
  let nameless: Identified | undefined;
  for (const path of ["/chats/join/favorite", "/"]) {
    const request: WireRequest = { method: "GET", path, needs: "nothing", tried: TRIED };
    const answer = await chat.send(request, jar, { kind: "post" });
    // Anonymous clients are redirected from the first page to a login: the front page then has their fkey.
    const refusal = refusalOf(answer, { tried: TRIED });
    if (refusal && path === "/" && !nameless) throw refusal;
    const page = refusal ? null : parseChatPage(answer.body);
    if (page && !page.fkey) answer.drift?.({ where: "chat page", what: "missing", detail: "input[name=fkey]" });
    if (!page?.fkey) continue;
    const identified = { me: page.me, fkey: page.fkey };
    // The first page may lack the name of a logged-in user: the front page decides.
    if (page.me || !expectsSomebody || path === "/") return identified;
    nameless = identified;
  }
  if (nameless) return nameless;
  throw new ParseError("chat page", "input[name=fkey]", { tried: TRIED, host: chat.host, bare: true });
}
