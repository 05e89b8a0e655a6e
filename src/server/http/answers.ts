/** The forms an answer takes: pages, JSON as chat escapes it, bare sentences, and what becomes of a refusal. */
import { createHash } from "node:crypto";
import { TAG_STYLE } from "../../protocol/markup/inline.js";
import { chatJson } from "../chat-json.js";
import { renderError, renderNotFound } from "../pages/index.js";
import { frameView } from "../views/frame-view.js";
import { Refusal, type RefusalRule } from "../world/refusal.js";
import { type Call, LoginNeeded, type ServerContext, StaleFkey } from "./call.js";

const tagStyleHash = createHash("sha256").update(TAG_STYLE).digest("base64");

const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // The hash is that of the one style attribute message markup has: the tag (protocol.md §7.1).
  `style-src 'self' 'unsafe-hashes' 'sha256-${tagStyleHash}'`,
  "img-src 'self' data: https: http://127.0.0.1:* http://localhost:*",
  "connect-src 'self' ws://127.0.0.1:* ws://localhost:* wss://127.0.0.1:* wss://localhost:* wss://chat.sockets.stackexchange.com",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

export function htmlAnswer(html: string, status = 200): Response {
  return new Response(html, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": contentPolicy,
      "Cache-Control": "private",
      "Referrer-Policy": "same-origin",
      "X-Frame-Options": "DENY",
    },
  });
}

export function jsonAnswer(value: unknown): Response {
  return rawJson(chatJson(value));
}

/** JSON that is text already. */
export function rawJson(text: string): Response {
  return new Response(text, {
    headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "private" },
  });
}

export function textAnswer(text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "private" },
  });
}

/** A sentence for the person, marked as one: protocol.md §1. */
export function sentenceAnswer(sentence: string, status: number): Response {
  const answer = textAnswer(sentence, status);
  answer.headers.set("chat", "error");
  return answer;
}

export function redirectAnswer(location: string): Response {
  return new Response(null, { status: 302, headers: { Location: location } });
}

export function notFoundPage(call: Call): Response {
  return htmlAnswer(renderNotFound(frameView(call)), 404);
}

const statusOf: Readonly<Record<Exclude<RefusalRule, "no-room" | "no-message" | "no-user">, number>> = {
  "no-write": 404,
  blocked: 404,
  timeout: 404,
  frozen: 404,
  reputation: 409,
  throttled: 409,
  "not-allowed": 409,
  duplicate: 409,
  "too-long": 400,
  empty: 400,
  "bad-request": 400,
};

/** What a refusal looks like unless the endpoint has a form of its own. */
function refusalAnswer(call: Call, refusal: Refusal): Response {
  const { rule, message } = refusal;
  if (rule === "no-room" || rule === "no-message" || rule === "no-user") return notFoundPage(call);
  return sentenceAnswer(wordsOf(call, message), call.state.options.refusalStatus[rule] ?? statusOf[rule]);
}

/** What somebody may not do to a message, a conversation or a flag is said in a JSON string with status 200. */
export function orSentence(call: Call, act: () => Response): Response {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal && error.rule === "not-allowed") return jsonAnswer(wordsOf(call, error.message));
    throw error;
  }
}

/** The server's sentence, or the one that the option `refusalText` has for it. */
function wordsOf({ state }: Call, sentence: string): string {
  const { refusalText } = state.options;
  return (Object.hasOwn(refusalText, sentence) && refusalText[sentence]) || sentence;
}

/** The answer to anything a handler throws. */
export function failureAnswer(error: unknown, c: ServerContext): Response {
  const { call } = c.env;
  if (error instanceof Refusal) return refusalAnswer(call, error);
  if (error instanceof LoginNeeded) return sentenceAnswer("You must be logged in to do that", 403);
  const stale = error instanceof StaleFkey;
  const sentence = stale
    ? "This form has expired; go back, reload the page and try again."
    : "Something went wrong here.";
  const status = stale ? 400 : 500;
  return htmlAnswer(renderError(frameView(call), status, sentence), status);
}
