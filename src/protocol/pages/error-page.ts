/**
 * Tells the pages that come instead of the one asked for: private room, not found, login, CAPTCHA, Cloudflare, read-only.
 * Goes by titles, headings and forms, never by text that users can write.
 */
import { ParseError } from "../../errors/index.js";
import { maybe, type PageDocument, parse, text } from "../html/dom.js";
import { hasCaptcha, hasLoginForm, headings, isChallenge, saysReadOnly } from "./login-page.js";

/** What a page that nobody asked for is. */
export type ErrorPageKind = "private-room" | "not-found" | "login" | "captcha" | "cloudflare" | "read-only";

/** The kind of an error page, or null for any other page. */
export function recogniseErrorPage(html: string): ErrorPageKind | null {
  try {
    return errorPageKind(parse(html, "error page"));
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

/** @internal The same for a page that is parsed already. */
export function errorPageKind(document: PageDocument): ErrorPageKind | null {
  // Pages that show what people wrote are never error pages, whatever a room is called.
  if (document.ids.has("chat-body") || document.ids.has("transcript-body")) return null;
  const title = text(maybe(document, "title") ?? "");
  const said = headings(document);
  if (/^access denied( \||$)/i.test(title) || said.includes("Private Room")) return "private-room";
  if (/^page not found( \||$| -)/i.test(title) || said.some((heading) => /^page not found$/i.test(heading))) {
    return "not-found";
  }
  if (isChallenge(document)) return "cloudflare";
  if (hasCaptcha(document)) return "captcha";
  if (saysReadOnly(document)) return "read-only";
  return hasLoginForm(document) ? "login" : null;
}
