/**
 * Recognizes pages that are sent instead of the requested one: private room, not found, login, CAPTCHA, Cloudflare,
 * read-only. Judges by titles, headings and forms, never by user text.
 */
import { ParseError } from "../../errors/index.js";
import type { WireAnswer } from "../call.js";
import { type PageDocument, parse, selectFirst, textOf } from "../html/dom.js";
import { hasCaptcha, hasLoginForm, headings, isChallengePage, saysReadOnly } from "./login-page.js";

/** The kind of an error page. */
export type ErrorPageKind = "private-room" | "not-found" | "login" | "captcha" | "cloudflare" | "read-only";

/** The kind of an error page, or null for any other page. */
export function recognizeErrorPage(html: string): ErrorPageKind | null {
  try {
    return errorPageKind(parse(html, "error page"));
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

/** The kind of error page an answer carries. The header `cf-mitigated: challenge` also marks a Cloudflare challenge. */
export function recognizeErrorAnswer({ headers, body }: Pick<WireAnswer, "headers" | "body">): ErrorPageKind | null {
  return String(headers["cf-mitigated"] ?? "").includes("challenge") ? "cloudflare" : recognizeErrorPage(body);
}

/** @internal The kind of a parsed page. */
export function errorPageKind(document: PageDocument): ErrorPageKind | null {
  // Pages with user text are never error pages, whatever a room is called.
  if (document.ids.has("chat-body") || document.ids.has("transcript-body")) return null;
  const title = textOf(selectFirst(document, "title") ?? "");
  const said = headings(document);
  if (/^access denied( \||$)/i.test(title) || said.includes("Private Room")) return "private-room";
  if (/^page not found( \||$| -)/i.test(title) || said.some((heading) => /^page not found$/i.test(heading))) {
    return "not-found";
  }
  if (isChallengePage(document)) return "cloudflare";
  if (hasCaptcha(document)) return "captcha";
  if (saysReadOnly(document)) return "read-only";
  return hasLoginForm(document) ? "login" : null;
}
