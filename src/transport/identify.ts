/** Finds the account that a cookie jar belongs to, and its fkey (protocol.md §2.4, §2.5). */
import type { CookieJar } from "tough-cookie";
import { ParseError } from "../errors/index.js";
import type { WireAnswer, WireRequest } from "../protocol/call.js";
import { type ChatPage, parseChatPage, parseRoomCards } from "../protocol/pages/index.js";
import { refusalOf } from "../protocol/refusals.js";
import type { ChatHost } from "./chat-host.js";
import type { Me } from "./login.js";

/** The login that a chat page shows. */
export interface Identified {
  /** Null when the cookies are anonymous. */
  readonly me: Me | null;
  readonly fkey: string;
}

const TRIED = "find out who is logged in";
const FRONT_PATH = "/";

/**
 * Reads a small chat page for the account and the fkey.
 * @param expectsSomebody - try other pages when the first one names no account
 * @throws {NOT_UNDERSTOOD} when no page has an fkey, or when an account is expected and no page has an account or a
 *   login link: a redesigned page does not mean that the login has ended
 * @throws every refusal of the front page
 */
export async function identify(chat: ChatHost, jar: CookieJar, expectsSomebody: boolean): Promise<Identified> {
  let fkey: string | null = null;
  let isAnonymous = false;
  const visit = (page: ChatPage | null): Identified | null => {
    fkey ??= page?.fkey ?? null;
    isAnonymous ||= page?.isAnonymous === true;
    return fkey !== null && page?.me ? { me: page.me, fkey: page.fkey ?? fkey } : null;
  };
  let front: WireAnswer | undefined;
  for (const path of ["/chats/join/favorite", FRONT_PATH]) {
    const answer = await read(chat, jar, path);
    // The first page redirects anonymous clients to a login; then the front page has their fkey.
    const refusal = refusalOf(answer, { tried: TRIED });
    if (refusal && path === FRONT_PATH && fkey === null) throw refusal;
    const found = refusal ? null : visit(pageOf(answer));
    if (found) return found;
    // The first page may lack the name of a logged-in account; then the front page decides.
    if (fkey !== null && !expectsSomebody) return { me: null, fkey };
    if (!refusal && path === FRONT_PATH) front = answer;
  }
  if (fkey !== null && isAnonymous) return { me: null, fkey };
  const found = fkey === null ? null : await identifyByRoom(chat, jar, front, visit);
  if (found) return found;
  if (fkey !== null && isAnonymous) return { me: null, fkey };
  const missing =
    fkey === null ? "input[name=fkey]" : ".my-profile, .topbar-menu-links a[href^='/users/'], or a login link";
  throw new ParseError("chat page", missing, { tried: TRIED, host: chat.host, bare: true });
}

/** Parses a page and notes what it lacks. */
function pageOf(answer: WireAnswer): ChatPage {
  const page = parseChatPage(answer.body);
  const miss = (detail: string): void => answer.drift?.({ where: "chat page", what: "missing", detail });
  if (page.fkey === null) miss("input[name=fkey]");
  if (page.me === null && !page.isAnonymous) miss("viewer or login link");
  return page;
}

/**
 * Room pages name their viewer in scripts, whatever the header looks like. The transcript comes first, because reading
 * the room page means entering.
 */
async function identifyByRoom(
  chat: ChatHost,
  jar: CookieJar,
  front: WireAnswer | undefined,
  visit: (page: ChatPage) => Identified | null,
): Promise<Identified | null> {
  const room = (front && parseRoomCards(front.body)[0]?.id) ?? 1;
  for (const path of [`/transcript/${room}`, `/rooms/${room}`]) {
    const answer = await read(chat, jar, path);
    if (refusalOf(answer, { tried: TRIED })) continue;
    const page = parseChatPage(answer.body);
    const found = visit(page);
    if (found || page.isAnonymous) return found;
  }
  return null;
}

function read(chat: ChatHost, jar: CookieJar, path: string): Promise<WireAnswer> {
  const request: WireRequest = { method: "GET", path, needs: "nothing", tried: TRIED };
  return chat.send(request, jar, { kind: "post" });
}
