/**
 * Maps responses to errors. The servers' sentences (protocol.md §5 and §8) come with various statuses, bare or as JSON
 * strings, so the sentence decides, and the status only breaks ties. A failure that did not come from the site is
 * marked
 * `bare`: a proxy or a firewall may have sent it.
 */
import {
  AlreadyDeletedError,
  type ChatError,
  CloudflareChallengeError,
  EmptyMessageError,
  type FailureContext,
  ForbiddenError,
  NotFoundError,
  NotLoggedInError,
  NotYoursError,
  ParseError,
  RefusedError,
  RoomFrozenError,
  RoomTimeoutError,
  ServerError,
  SiteReadOnlyError,
  StarLimitError,
  SuspendedError,
  ThrottledError,
  TooLateError,
  TooLongError,
} from "../errors/index.js";
import type { WireAnswer } from "./call.js";
import { type ErrorPageKind, recognizeErrorAnswer } from "./pages/error-page.js";
import { parseRetryAfter } from "./retry-after.js";

type Rule = readonly [pattern: RegExp, failure: (match: RegExpExecArray, context: FailureContext) => ChatError];

/** The number of digits is limited, so that nobody waits forever because of a long number. */
const THROTTLED = /perform this action again in (\d{1,6}) second/i;
const throttle = (match: RegExpExecArray, context: FailureContext): ThrottledError =>
  new ThrottledError(Number(match[1]) * 1000, context);

const RULES: readonly Rule[] = [
  [THROTTLED, throttle],
  [/account is (?:blocked|suspended)(?:,? ending ([^.<"]+))?/i, (m, c) => new SuspendedError(m[1]?.trim() ?? null, c)],
  [
    /room is in timeout(?:,? ending in (\d{1,6}) (second|minute|hour))?/i,
    (m, c) => new RoomTimeoutError(timeoutMs(m), c),
  ],
  [/room (?:has been|is) frozen/i, (_, c) => new RoomFrozenError(c)],
  [/too late to (?:edit|delete)/i, (_, c) => new TooLateError(c)],
  [/only (?:edit|delete) your own/i, (_, c) => new NotYoursError(c)],
  [/message has (?:already )?been deleted/i, (_, c) => new AlreadyDeletedError(c)],
  [/message is too long/i, (_, c) => new TooLongError(c)],
  [/message is empty|empty message|(?:enter|type) (?:a|some) (?:message|text)/i, (_, c) => new EmptyMessageError(c)],
  [/starred too many|(?:out of|no more|no) stars|star limit/i, (_, c) => new StarLimitError(c)],
  [/read-?only mode/i, (_, c) => new SiteReadOnlyError(c)],
  [/(?:must|need to) (?:be logged|log) in/i, (_, c) => new NotLoggedInError(c)],
  [
    /does not exist,? or you do not have permission/i,
    (_, c) => new NotFoundError(c, "no such room, or it is hidden from you"),
  ],
  [
    /need \d+ reputation|only (?:a |the )?(?:room[ -]?)?owners?\b|must be (?:a|an|the) (?:room[ -]?)?owner|cannot write or edit|not (?:allowed|permitted)|do(?:es)?(?:n['’]?t| not) have permission/i,
    (m, c) => new ForbiddenError(c, c.body ?? m[0]),
  ],
];

function timeoutMs(match: RegExpExecArray): number | null {
  const unit = { second: 1000, minute: 60_000, hour: 3_600_000 }[match[2] as "second" | "minute" | "hour"];
  return match[1] && unit ? Number(match[1]) * unit : null;
}

/** The sentence in a response: an unwrapped JSON string, or bare text; null for pages and other JSON values. */
export function sentenceOf(body: string): string | null {
  const text = body.trim();
  if (text.startsWith('"')) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "string") return value;
    } catch {
      return null;
    }
  }
  const isValue = /^(?:[<{[\d-]|(?:null|true|false)$)/.test(text);
  return text === "" || text.length > 500 || isValue || /<\/?[a-z!]/i.test(text) ? null : text;
}

/** The error context of a response: everything a message needs, nothing secret. */
export function contextOf(answer: WireAnswer, about: FailureContext): FailureContext {
  const sentence = sentenceOf(answer.body);
  return {
    ...about,
    host: answer.host,
    status: answer.status,
    ...(sentence === null ? {} : { body: sentence.slice(0, 200) }),
  };
}

/**
 * The error that a response stands for, or null if it looks like a success. Pass `kind` if the page is parsed already.
 */
export function refusalOf(answer: WireAnswer, about: FailureContext, kind?: ErrorPageKind | null): ChatError | null {
  const context = contextOf(answer, about);
  const ok = answer.status >= 200 && answer.status < 300;
  const sentence = sentenceOf(answer.body);
  if (sentence !== null && sentence !== "ok") {
    const known = failureOfSentence(sentence, context);
    if (known) return known;
  }
  if (isErrorRedirect(answer)) return new NotFoundError(context);
  if (isLoginRedirect(answer))
    return new NotLoggedInError(context, "the server asks for a login; the session has expired");
  if (ok) return null;
  const throttled = throttleInPage(answer, context);
  if (throttled) return throttled;
  if (sentence !== null) noteSentence(answer);
  return failureOfStatus(answer, context, sentence, kind === undefined ? pageKindOf(answer) : kind);
}

/** Statuses that the site uses for its sentences, even unmarked (protocol.md §5). Others may come from a proxy. */
const SENTENCE_STATUSES: ReadonlySet<number> = new Set([200, 400, 404, 409]);

/** Notes that no rule knows the site's sentence, but not its content. */
function noteSentence(answer: WireAnswer): void {
  const isOwn = isMarked(answer) || SENTENCE_STATUSES.has(answer.status);
  if (isOwn) answer.drift?.({ what: "unknown sentence", detail: `status ${answer.status}` });
}

/** Some clients saw the rate limit sentence inside a page (protocol.md §8). With status 200 it may be user text. */
function throttleInPage(answer: WireAnswer, context: FailureContext): ThrottledError | null {
  const match = THROTTLED.exec(answer.body.slice(0, 20_000));
  return match && throttle(match, context);
}

/** Whether a sentence is the site's: marked by its header, or a JSON string (protocol.md §1, §5). */
function isMarked(answer: WireAnswer): boolean {
  return (
    answer.headers.chat === "error" || (answer.body.trimStart().startsWith('"') && sentenceOf(answer.body) !== null)
  );
}

const SITE_PAGES: ReadonlySet<ErrorPageKind | null> = new Set([
  "private-room",
  "not-found",
  "login",
  "captcha",
  "read-only",
]);

function pageKindOf(answer: WireAnswer): ErrorPageKind | null {
  return isHtml(answer.body) || "cf-mitigated" in answer.headers ? recognizeErrorAnswer(answer) : null;
}

/** Whether a body is an HTML page. */
export function isHtml(body: string): boolean {
  return /^\s*(<!--[^>]*-->\s*)?<(!doctype|html|head|title|body|h1|div|p|center|form)\b/i.test(body.slice(0, 500));
}

/** The error that a sentence of the server stands for, or null if it is unknown. */
export function failureOfSentence(sentence: string, context: FailureContext): ChatError | null {
  for (const [pattern, failure] of RULES) {
    const match = pattern.exec(sentence);
    if (match) return failure(match, context);
  }
  return null;
}

function failureOfStatus(
  answer: WireAnswer,
  own: FailureContext,
  sentence: string | null,
  kind: ErrorPageKind | null,
): ChatError {
  const retryAfterMs = parseRetryAfter(answer);
  const context: FailureContext = {
    ...own,
    ...(isMarked(answer) || SITE_PAGES.has(kind) ? {} : { bare: true }),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
  if (kind === "cloudflare") return new CloudflareChallengeError(context);
  const { status } = answer;
  if (status === 429) return new ThrottledError(retryAfterMs, context);
  if (status === 401) return new NotLoggedInError(context);
  if (status === 403) return new ForbiddenError(context, sentence ?? undefined);
  if (status === 404 || status === 410) return new NotFoundError(context);
  if (status >= 500) return new ServerError(context);
  return new RefusedError(sentence ? `the server said "${sentence}"` : "the server refused without a reason", context);
}

/**
 * Whether the server redirected to `/error?aspxerrorpath=…`, as for unknown ids and maybe stale fkeys (protocol.md
 * §2.5, §5.2).
 */
export function isErrorRedirect(answer: WireAnswer): boolean {
  return URL.parse(answer.url)?.pathname.toLowerCase() === "/error";
}

function isLoginRedirect(answer: WireAnswer): boolean {
  return answer.status < 500 && URL.parse(answer.url)?.pathname === "/users/login";
}

/** @throws the error that the response stands for, unless it is a 2xx response */
export function assertSuccess(answer: WireAnswer, about: FailureContext, kind?: ErrorPageKind | null): void {
  const failure = refusalOf(answer, about, kind);
  if (failure) throw failure;
}

/**
 * For readers, "does not exist, or you do not have permission" mostly means that the room does not exist; a writer more
 * often lacks permission. The chat also refuses writers with 404 (protocol.md §1, §5.1), and then its sentence decides.
 * @throws {FORBIDDEN} for that sentence, or the error of any other sentence
 */
export function assertMayWrite(answer: WireAnswer, about: FailureContext): void {
  assertMay(answer, about, "no such room, or you may not write in it");
}

/**
 * Like {@link assertMayWrite}, for actions reserved to owners.
 * @throws {FORBIDDEN} for that sentence, or the error of any other sentence
 */
export function assertMayManage(answer: WireAnswer, about: FailureContext): void {
  assertMay(answer, about, "no such room, or you are no owner of it");
}

function assertMay(answer: WireAnswer, about: FailureContext, refused: string): void {
  const sentence = sentenceOf(answer.body);
  if (sentence === null) return;
  const context = contextOf(answer, about);
  if (/you do not have permission/i.test(sentence)) throw new ForbiddenError(context, refused);
  if (answer.status === 404 && answer.headers.chat === "error") throw refusedWith(answer, sentence, context);
}

/** Reads the response to a message action: the JSON string `"ok"`, or a sentence of refusal (protocol.md §5). */
export function readOk(answer: WireAnswer, about: FailureContext): void {
  assertMayWrite(answer, about);
  assertSuccess(answer, about);
  if (!isOk(sentenceOf(answer.body))) throw failureOfAction(answer, "answer", 'the JSON string "ok"', about);
}

function isOk(sentence: string | null): boolean {
  return sentence?.toLowerCase() === "ok";
}

/** The response to an action as a JSON value, or undefined if it is text. @throws the refusal, if it is one */
export function readReply(answer: WireAnswer, about: FailureContext): unknown {
  assertSuccess(answer, about);
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}

/**
 * The error of an action whose response was not as expected: any sentence is a refusal, whatever its status
 * (protocol.md
 * §5); anything else could not be parsed.
 */
export function failureOfAction(answer: WireAnswer, page: string, wanted: string, about: FailureContext): ChatError {
  const context = contextOf(answer, about);
  const failure = refusalOf(answer, about) ?? throttleInPage(answer, context);
  if (failure) return failure;
  const sentence = sentenceOf(answer.body);
  if (!sentence || isOk(sentence)) return notUnderstood(answer, page, wanted, about);
  return refusedWith(answer, sentence, isMarked(answer) ? context : { ...context, bare: true });
}

/** The error for a sentence of refusal: REFUSED if it is unknown. `context.body` has the sentence. */
export function refusedWith(answer: WireAnswer, sentence: string, about: FailureContext): ChatError {
  const { bare, ...own } = { ...about, body: sentence.slice(0, 200) };
  const known = failureOfSentence(sentence, own);
  if (known) return known;
  noteSentence(answer);
  return new RefusedError(`the server said "${sentence}"`, bare ? { ...own, bare } : own);
}

/**
 * The error for a response without its expected content, such as another page. JSON is the site's own, even if
 * incomplete.
 */
export function notUnderstood(answer: WireAnswer, page: string, missing: string, about: FailureContext): ParseError {
  const context = contextOf(answer, about);
  return new ParseError(page, missing, isJson(answer.body) ? context : { ...context, bare: true });
}

function isJson(body: string): boolean {
  try {
    return typeof JSON.parse(body) === "object";
  } catch {
    return false;
  }
}

/**
 * Parses a JSON response.
 * @throws {NOT_UNDERSTOOD} when it is not JSON
 */
export function readJson(answer: WireAnswer, name: string, about: FailureContext): unknown {
  const value = readReply(answer, about);
  if (value === undefined) throw notUnderstood(answer, name, "JSON", about);
  return value;
}
