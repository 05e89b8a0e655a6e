/** Detects a stale fkey or login: a page instead of an answer, or a redirect to the login (protocol.md §2.5, INF). */
import type { WireAnswer, WireRequest } from "../protocol/call.js";
import { recognizeErrorPage } from "../protocol/pages/index.js";
import { isErrorRedirect, isHtml } from "../protocol/refusals.js";

/** Statuses that mean "try again later" and say nothing about the login. */
const RETRY_LATER_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether the fkey of the login form may be stale, after an answer that is not in the site's own words. */
export function looksLikeStaleForm({
  status,
  headers,
  body,
}: Pick<WireAnswer, "status" | "headers" | "body">): boolean {
  if (status < 400 || status >= 500 || RETRY_LATER_STATUSES.has(status) || "cf-mitigated" in headers || !isHtml(body))
    return false;
  const kind = recognizeErrorPage(body);
  return kind === null || kind === "login";
}

/**
 * Whether an answer is a reason to check the fkey and the login: any page is, whatever its status, except the site's
 * own refusals and pages that mean "later".
 */
export function looksStale(answer: WireAnswer, request: WireRequest): boolean {
  const { status, body } = answer;
  if (status >= 500 || RETRY_LATER_STATUSES.has(status)) return isErrorRedirect(answer);
  if (URL.parse(answer.url)?.pathname === "/users/login" || isErrorRedirect(answer) || status === 401) return true;
  if (!isHtml(body) || (status === 200 && request.answersPage)) return false;
  const kind = recognizeErrorPage(body);
  return kind === null || kind === "login";
}
