/**
 * Which answer of the server is which failure. The sentences are the literal ones of protocol.md §5 and §8; they come
 * with many statuses, bare or JSON-quoted, so the sentence decides and the status only breaks ties. A failure that is
 * not in the site's own words is marked `bare`: a proxy or a firewall may have given it.
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
import { type ErrorPageKind, recogniseErrorPage } from "./pages/error-page.js";
import { retryAfterOf } from "./retry-after.js";

type Rule = readonly [pattern: RegExp, failure: (match: RegExpExecArray, context: FailureContext) => ChatError];

/** Numbers have few digits: nobody is to wait for ever because of a long one. */
const throttled = /perform this action again in (\d{1,6}) second/i;
const throttle = (match: RegExpExecArray, context: FailureContext): ThrottledError =>
  new ThrottledError(Number(match[1]) * 1000, context);

const rules: readonly Rule[] = [
  [throttled, throttle],
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

/** The sentence in an answer: a JSON string unwrapped, bare text as it is; null for pages and JSON values. */
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

/** The failure context of an answer: everything a message needs, nothing secret. */
export function contextOf(answer: WireAnswer, about: FailureContext): FailureContext {
  const sentence = sentenceOf(answer.body);
  return {
    ...about,
    host: answer.host,
    status: answer.status,
    ...(sentence === null ? {} : { body: sentence.slice(0, 200) }),
  };
}

/** The failure an answer stands for, or null when it looks like a success. */
export function refusalOf(answer: WireAnswer, about: FailureContext): ChatError | null {
  const context = contextOf(answer, about);
  const ok = answer.status >= 200 && answer.status < 300;
  const sentence = sentenceOf(answer.body);
  if (sentence !== null && sentence !== "ok") {
    const known = failureOfSentence(sentence, context);
    if (known) return known;
  }
  if (leadsToError(answer)) return new NotFoundError(context);
  if (isLoginPage(answer)) return new NotLoggedInError(context, "the server asks for a login; the session has expired");
  if (ok) return null;
  const throttled = throttleInPage(answer, context);
  if (throttled) return throttled;
  if (sentence !== null) noteSentence(answer);
  return failureOfStatus(answer, context, sentence);
}

/** The statuses with which the site gives its sentences, also without marking them (protocol.md §5); others may be a proxy's. */
const sentenceStatuses: ReadonlySet<number> = new Set([200, 400, 404, 409]);

/** Notes that the site said something that no rule knows, but not what. */
function noteSentence(answer: WireAnswer): void {
  const isOwn = isMarked(answer) || sentenceStatuses.has(answer.status);
  if (isOwn) answer.drift?.({ what: "unknown sentence", detail: `status ${answer.status}` });
}

/** Some saw the throttle's sentence inside a page (protocol.md §8). A page with status 200 may be people talking of it. */
function throttleInPage(answer: WireAnswer, context: FailureContext): ThrottledError | null {
  const match = throttled.exec(answer.body.slice(0, 20_000));
  return match && throttle(match, context);
}

/** A sentence of the site: marked by its header, or as a JSON string (protocol.md §1, §5). */
function isMarked(answer: WireAnswer): boolean {
  return (
    answer.headers.chat === "error" || (answer.body.trimStart().startsWith('"') && sentenceOf(answer.body) !== null)
  );
}

const ownPages: ReadonlySet<ErrorPageKind | null> = new Set([
  "private-room",
  "not-found",
  "login",
  "captcha",
  "read-only",
]);

/** Whether a failure is in the site's own words: a sentence that is marked as one, or one of its pages. */
function isInOwnWords(answer: WireAnswer): boolean {
  return isMarked(answer) || ownPages.has(isPage(answer.body) ? recogniseErrorPage(answer.body) : null);
}

/** Whether an answer is a page of HTML. */
export function isPage(body: string): boolean {
  return /^\s*(<!--[^>]*-->\s*)?<(!doctype|html|head|title|body|h1|div|p|center|form)\b/i.test(body.slice(0, 500));
}

/** The failure a sentence of the server stands for, or null when the sentence is not known. */
export function failureOfSentence(sentence: string, context: FailureContext): ChatError | null {
  for (const [pattern, failure] of rules) {
    const match = pattern.exec(sentence);
    if (match) return failure(match, context);
  }
  return null;
}

function failureOfStatus(answer: WireAnswer, own: FailureContext, sentence: string | null): ChatError {
  const retryAfterMs = retryAfterOf(answer);
  const context: FailureContext = {
    ...own,
    ...(isInOwnWords(answer) ? {} : { bare: true }),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
  if (isCloudflareChallenge(answer)) return new CloudflareChallengeError(context);
  const { status } = answer;
  if (status === 429) return new ThrottledError(retryAfterMs, context);
  if (status === 401) return new NotLoggedInError(context);
  if (status === 403) return new ForbiddenError(context, sentence ?? undefined);
  if (status === 404 || status === 410) return new NotFoundError(context);
  if (status >= 500) return new ServerError(context);
  return new RefusedError(sentence ? `the server said "${sentence}"` : "the server refused without a reason", context);
}

function isCloudflareChallenge(answer: WireAnswer): boolean {
  if (answer.status !== 403 && answer.status !== 503) return false;
  return answer.headers["cf-mitigated"] === "challenge" || /<title>\s*Just a moment/i.test(answer.body.slice(0, 5_000));
}

/** The server sends ids that never existed, and maybe stale fkeys, to `/error?aspxerrorpath=…` (protocol.md §2.5, §5.2). */
export function leadsToError(answer: WireAnswer): boolean {
  return URL.parse(answer.url)?.pathname.toLowerCase() === "/error";
}

function isLoginPage(answer: WireAnswer): boolean {
  return answer.status < 500 && URL.parse(answer.url)?.pathname === "/users/login";
}

/** @throws the failure the answer stands for, if it is not a 2xx answer with something to read. */
export function assertSuccess(answer: WireAnswer, about: FailureContext): void {
  const failure = refusalOf(answer, about);
  if (failure) throw failure;
}

/**
 * To readers "does not exist, or you do not have permission" is mostly a room that does not exist; who writes is more
 * often not allowed to. The rules of the chat refuse writers with 404, too (protocol.md §1, §5.1): the words count then.
 * @throws {FORBIDDEN} when the first is said, and what other words mean.
 */
export function assertMayWrite(answer: WireAnswer, about: FailureContext): void {
  assertMay(answer, about, "no such room, or you may not write in it");
}

/**
 * The same for what only owners may do.
 * @throws {FORBIDDEN} when the first is said, and what other words mean.
 */
export function assertMayRule(answer: WireAnswer, about: FailureContext): void {
  assertMay(answer, about, "no such room, or you are no owner of it");
}

function assertMay(answer: WireAnswer, about: FailureContext, refused: string): void {
  const sentence = sentenceOf(answer.body);
  if (sentence === null) return;
  const context = contextOf(answer, about);
  if (/you do not have permission/i.test(sentence)) throw new ForbiddenError(context, refused);
  if (answer.status === 404 && answer.headers.chat === "error") throw refusedWith(answer, sentence, context);
}

/** Reads the answer of a message action: JSON string `"ok"`, or a sentence that says why not (protocol.md §5). */
export function readOk(answer: WireAnswer, about: FailureContext): void {
  assertMayWrite(answer, about);
  assertSuccess(answer, about);
  if (!isOk(sentenceOf(answer.body))) throw failureOfAction(answer, "answer", 'the JSON string "ok"', about);
}

function isOk(sentence: string | null): boolean {
  return sentence?.toLowerCase() === "ok";
}

/** The answer to an action as a value when it is JSON; undefined when it is text. @throws what it refuses with. */
export function readReply(answer: WireAnswer, about: FailureContext): unknown {
  assertSuccess(answer, about);
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}

/**
 * Why an action did not get the answer it wanted: a sentence with any status is a refusal, known or not (protocol.md
 * §5); anything else was not understood.
 */
export function failureOfAction(answer: WireAnswer, page: string, wanted: string, about: FailureContext): ChatError {
  const context = contextOf(answer, about);
  const failure = refusalOf(answer, about) ?? throttleInPage(answer, context);
  if (failure) return failure;
  const sentence = sentenceOf(answer.body);
  if (!sentence || isOk(sentence)) return notUnderstood(answer, page, wanted, about);
  return refusedWith(answer, sentence, isMarked(answer) ? context : { ...context, bare: true });
}

/** The failure that a sentence of a refusal stands for: REFUSED when nobody knows it. Keeps it in `context.body`. */
export function refusedWith(answer: WireAnswer, sentence: string, about: FailureContext): ChatError {
  const { bare, ...own } = { ...about, body: sentence.slice(0, 200) };
  const known = failureOfSentence(sentence, own);
  if (known) return known;
  noteSentence(answer);
  return new RefusedError(`the server said "${sentence}"`, bare ? { ...own, bare } : own);
}

/** An answer without what was due: an empty body, another page. JSON is the site's own, whatever is missing in it. */
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
 * Reads a JSON answer.
 * @throws {NOT_UNDERSTOOD} when it is not JSON.
 */
export function readJson(answer: WireAnswer, name: string, about: FailureContext): unknown {
  const value = readReply(answer, about);
  if (value === undefined) throw notUnderstood(answer, name, "JSON", about);
  return value;
}
