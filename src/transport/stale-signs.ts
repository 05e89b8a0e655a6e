/** Signs of a stale fkey or login: a page in place of an answer, or a redirect to the login (protocol.md §2.5, INF). */
import type { WireAnswer, WireRequest } from "../protocol/call.js";
import { recogniseErrorPage } from "../protocol/pages/index.js";
import { isPage, leadsToError } from "../protocol/refusals.js";

/** Statuses that mean "later": trouble that tells nothing about the login. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Whether an answer is reason to check fkey and login: any page is, whatever its status, except the site's own
 * refusals and pages that mean "later".
 */
export function looksStale(answer: WireAnswer, request: WireRequest): boolean {
  const { status, body } = answer;
  if (status >= 500 || LATER.has(status)) return leadsToError(answer);
  if (URL.parse(answer.url)?.pathname === "/users/login" || leadsToError(answer) || status === 401) return true;
  if (!isPage(body) || (status === 200 && request.answersPage)) return false;
  const kind = recogniseErrorPage(body);
  return kind === null || kind === "login";
}
