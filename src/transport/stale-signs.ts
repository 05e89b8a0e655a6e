/** The signs of a stale fkey or login: a page where an answer was due, or the way to the login (protocol.md §2.5, INF). */
import type { WireAnswer, WireRequest } from "../protocol/call.js";
import { recogniseErrorPage } from "../protocol/pages/index.js";
import { isPage, leadsToError } from "../protocol/refusals.js";

/** Whether it is worth to look if fkey and login are still good. Any page will do, whatever its status, but for the site's own refusals. */
export function looksStale(answer: WireAnswer, request: WireRequest): boolean {
  const { status, body } = answer;
  if (status >= 500) return leadsToError(answer);
  if (URL.parse(answer.url)?.pathname === "/users/login" || leadsToError(answer) || status === 401) return true;
  if (!isPage(body) || (status === 200 && request.answersPage)) return false;
  const kind = recogniseErrorPage(body);
  return kind === null || kind === "login";
}
