/** Builds responses: pages, JSON as chat escapes it, plain sentences, and the responses of refusals and errors. */
import { createHash } from "node:crypto";
import { TAG_STYLE } from "../../protocol/markup/inline.js";
import { chatJson } from "../chat-json.js";
import { renderError, renderNotFound } from "../pages/index.js";
import { frameView } from "../views/frame-view.js";
import { Refusal, type RefusalRule } from "../world/refusal.js";
import { type Call, LoginNeeded, type ServerContext, StaleFkey } from "./call.js";

const TAG_STYLE_HASH = createHash("sha256").update(TAG_STYLE).digest("base64");

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The hash allows the one style attribute in message markup, that of tags (protocol.md §7.1).
  `style-src 'self' 'unsafe-hashes' 'sha256-${TAG_STYLE_HASH}'`,
  "img-src 'self' data: https: http://127.0.0.1:* http://localhost:*",
  "connect-src 'self' ws://127.0.0.1:* ws://localhost:* wss://127.0.0.1:* wss://localhost:* wss://chat.sockets.stackexchange.com",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

export function htmlResponse(html: string, status = 200): Response {
  return new Response(html, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": CONTENT_SECURITY_POLICY,
      "Cache-Control": "private",
      "Referrer-Policy": "same-origin",
      "X-Frame-Options": "DENY",
    },
  });
}

export function jsonResponse(value: unknown): Response {
  return rawJsonResponse(chatJson(value));
}

/** A JSON response from text that is already serialized. */
export function rawJsonResponse(text: string): Response {
  return new Response(text, {
    headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "private" },
  });
}

export function textResponse(text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "private" },
  });
}

/** A sentence for the user, marked by the header `chat: error` (protocol.md §1). */
export function sentenceResponse(sentence: string, status: number): Response {
  const answer = textResponse(sentence, status);
  answer.headers.set("chat", "error");
  return answer;
}

export function redirectResponse(location: string): Response {
  return new Response(null, { status: 302, headers: { Location: location } });
}

export function notFoundPage(call: Call): Response {
  return htmlResponse(renderNotFound(frameView(call)), 404);
}

const STATUS_OF_RULE: Readonly<Record<Exclude<RefusalRule, "no-room" | "no-message" | "no-user">, number>> = {
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

/** The default response of a refusal, for endpoints without a form of their own. */
function refusalResponse(call: Call, refusal: Refusal): Response {
  const { rule, message } = refusal;
  if (rule === "no-room" || rule === "no-message" || rule === "no-user") return notFoundPage(call);
  return sentenceResponse(wordingOf(call, message), call.state.options.refusalStatus[rule] ?? STATUS_OF_RULE[rule]);
}

/** Turns a `not-allowed` refusal into a JSON string with status 200, as actions on messages, conversations and flags do. */
export function refusalAsJson(call: Call, act: () => Response): Response {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal && error.rule === "not-allowed") return jsonResponse(wordingOf(call, error.message));
    throw error;
  }
}

/** The server's sentence, or its replacement from the option `refusalText`. */
function wordingOf({ state }: Call, sentence: string): string {
  const { refusalText } = state.options;
  return (Object.hasOwn(refusalText, sentence) && refusalText[sentence]) || sentence;
}

/** The response to anything that a handler throws. */
export function errorResponse(error: unknown, c: ServerContext): Response {
  const { call } = c.env;
  if (error instanceof Refusal) return refusalResponse(call, error);
  if (error instanceof LoginNeeded) return sentenceResponse("You must be logged in to do that", 403);
  const stale = error instanceof StaleFkey;
  const sentence = stale
    ? "This form has expired; go back, reload the page and try again."
    : "Something went wrong here.";
  const status = stale ? 400 : 500;
  return htmlResponse(renderError(frameView(call), status, sentence), status);
}
