/** Signs of a stale fkey or login: a page in place of an answer, or a redirect to the login (protocol.md §2.5, INF). */
import type { WireAnswer, WireRequest } from "../protocol/call.js";
import { recogniseErrorPage } from "../protocol/pages/index.js";
import { isPage, leadsToError } from "../protocol/refusals.js";

/** Statuses that mean "later": trouble that tells nothing about the login. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

/** The same for the form of the login page: whether its fkey may be stale, after an answer that is nobody's word. */
export function looksLikeStaleForm({
  status,
  headers,
  body,
}: Pick<WireAnswer, "status" | "headers" | "body">): boolean {
  if (status < 400 || status >= 500 || LATER.has(status) || "cf-mitigated" in headers || !isPage(body)) return false;
  const kind = recogniseErrorPage(body);
  return kind === null || kind === "login";
}

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
