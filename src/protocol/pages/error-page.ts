/**
 * Tells the pages that come instead of the one asked for: private room, not found, login, CAPTCHA, Cloudflare, read-only.
 * Goes by titles, headings and forms, never by text that users can write.
 */
import { ParseError } from "../../errors/index.js";
import { maybe, type PageDocument, parse, select, text } from "../html/dom.js";
import { hasCaptcha, hasLoginForm, isChallenge, saysReadOnly } from "./login-page.js";

/** What a page that nobody asked for is. */
export type ErrorPageKind = "private-room" | "not-found" | "login" | "captcha" | "cloudflare" | "read-only";

/** The kind of an error page, or null for any other page. */
export function recogniseErrorPage(html: string): ErrorPageKind | null {
  try {
    return kindOf(parse(html, "error page"));
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

function kindOf(document: PageDocument): ErrorPageKind | null {
  // Pages that show what people wrote are never error pages, whatever a room is called.
  if (document.ids.has("chat-body") || document.ids.has("transcript-body")) return null;
  const title = text(maybe(document, "title") ?? "");
  const headings = select(document, "#content > h2, #content h1, body > h1, h1").map((heading) => text(heading));
  if (/^access denied( \||$)/i.test(title) || headings.includes("Private Room")) return "private-room";
  if (/^page not found( \||$| -)/i.test(title) || headings.some((heading) => /^page not found$/i.test(heading))) {
    return "not-found";
  }
  if (isChallenge(document)) return "cloudflare";
  if (hasCaptcha(document)) return "captcha";
  if (saysReadOnly(document)) return "read-only";
  return hasLoginForm(document) ? "login" : null;
}
