/**
 * Scrubs requests, responses and frames for a cassette. Every string passes through here before it reaches the disk; a
 * value that no rule knows is replaced. Pure; never throws, whatever the bytes.
 */

import { mapDecoded, percentInForm } from "./codecs.js";
import type { AnsweredEntry, AskedEntry, RecordedPart } from "./format.js";
import { markupScrubber, scrubHtml } from "./html.js";
import { type Subject, scrubLiterals } from "./literals.js";
import { scrubLabel, scrubMarkdown, scrubText } from "./plain.js";
import type { Pseudonyms } from "./pseudonyms.js";
import { scrubIds, scrubParameter, scrubUrl } from "./url.js";
import { isCodeName } from "./vocabulary.js";

/** A request as it was sent. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly parts?: readonly { readonly name: string; readonly text?: string; readonly bytes?: number }[] | undefined;
}

/** A response as it was received. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

type EntryBody<T> = Omit<T, "at" | "ask" | "answer">;

const SECRET_FIELDS: ReadonlySet<string> = new Set("password email pass pwd passwd token session captcha".split(" "));
const USER_FIELDS: ReadonlySet<string> = new Set(
  "userid ids aclUserId withuserid user acluserid id".toLowerCase().split(" "),
);
const MESSAGE_IDS = /\/(?:messages\/ack|admin\/(?:movePosts|deletePosts)|conversation)/i;
const TEXT_FIELDS: ReadonlySet<string> = new Set(
  "text name title newtitle description tags reason info message q filter".split(" "),
);
/** Headers that readers use, with the rule for each. */
const HEADER_RULES: Readonly<Record<string, (value: string, pseudonyms: Pseudonyms) => string>> = {
  "content-type": (value, pseudonyms) =>
    value.replace(/[^\s;=/]+/g, (word) =>
      isCodeName(word) || /^(?:utf-8|xml|\w\+xml)$/i.test(word) ? word : pseudonyms.text(word, "text"),
    ),
  location: scrubUrl,
  "retry-after": (value, pseudonyms) =>
    /^\d{1,9}$|^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/.test(value) ? value : scrubText(value, pseudonyms),
  chat: (value, pseudonyms) => (value === "error" ? value : scrubText(value, pseudonyms)),
  "cf-mitigated": (value, pseudonyms) => (value === "challenge" ? value : scrubText(value, pseudonyms)),
};

export class Scrubber {
  readonly #pseudonyms: Pseudonyms;

  constructor(pseudonyms: Pseudonyms) {
    this.#pseudonyms = pseudonyms;
  }

  /** Counts of the values replaced so far. */
  get replaced(): Pseudonyms["replaced"] {
    return this.#pseudonyms.replaced;
  }

  /** Scrubs the URL of a request or a socket. */
  address(url: string): string {
    return scrubUrl(url, this.#pseudonyms);
  }

  request({ method, url, form, parts }: SentRequest): EntryBody<AskedEntry> {
    const path = pathOf(url);
    return {
      method,
      url: this.address(url),
      ...(form ? { form: Object.entries(form).map(([name, value]) => this.#field(name, value, path)) } : {}),
      ...(parts ? { parts: parts.map((part) => this.#part(part, path)) } : {}),
    };
  }

  answer(
    request: Pick<SentRequest, "method" | "url">,
    { status, headers, body }: ReceivedAnswer,
  ): EntryBody<AnsweredEntry> {
    return { status, headers: this.#headers(headers), body: this.#body(pathOf(request.url), status, headers, body) };
  }

  /** Scrubs a socket frame or the response to a poll. */
  frame(text: string): string {
    return this.#literals(text, "events");
  }

  #field(name: string, value: string, path: string): readonly [string, string] {
    const pseudonyms = this.#pseudonyms;
    const key = isCodeName(name) || /^[rh]\d+$/.test(name) ? name : pseudonyms.text(name, "text");
    const lower = name.toLowerCase();
    if (SECRET_FIELDS.has(lower)) return [key, value === "" ? "" : this.#hidden(value, lower)];
    if (TEXT_FIELDS.has(lower)) return [key, scrubMarkdown(value, pseudonyms)];
    if (USER_FIELDS.has(lower) && !MESSAGE_IDS.test(path))
      return [key, /^[\d,\s-]*$/.test(value) ? scrubIds(value, pseudonyms) : scrubText(value, pseudonyms)];
    if (/^[rh]\d+$/.test(name) && /^\d+$/.test(value)) return [key, value];
    return [key, scrubParameter(isCodeName(name) ? name : "text", value, pseudonyms)];
  }

  /** The same replacement for every value, because the length is private, too. */
  #hidden(value: string, name: string): string {
    this.#pseudonyms.text(value, "password");
    return name === "email" ? "someone@example.com" : "********";
  }

  #part({ name, text, bytes }: RecordedPart, path: string): RecordedPart {
    if (text === undefined)
      return { name: isCodeName(name) ? name : this.#pseudonyms.text(name, "text"), bytes: bytes ?? 0 };
    const [key, value] = this.#field(name, text, path);
    return { name: key, text: value };
  }

  #headers(headers: ReceivedAnswer["headers"]): Readonly<Record<string, string | readonly string[]>> {
    const kept: Record<string, string | readonly string[]> = {};
    for (const [name, value] of Object.entries(headers)) {
      const key = name.toLowerCase();
      const rule = Object.hasOwn(HEADER_RULES, key) ? HEADER_RULES[key] : undefined;
      if (rule && typeof value === "string") kept[key] = rule(value, this.#pseudonyms);
      if (key === "set-cookie" && value !== undefined) kept[key] = [value].flat().map((line) => this.#cookie(line));
    }
    return kept;
  }

  #cookie(line: string): string {
    return line
      .split(";")
      .map((part, index) => {
        const at = part.indexOf("=");
        const name = at < 0 ? part : part.slice(0, at);
        const value = at < 0 ? undefined : part.slice(at + 1);
        const known = isCodeName(name.trim()) || COOKIE_ATTRIBUTES.test(name.trim());
        const key = known ? name : this.#pseudonyms.text(name, "cookie");
        if (value === undefined) return key;
        return `${key}=${index === 0 ? this.#cookieValue(value) : this.#cookieAttribute(name.trim().toLowerCase(), value)}`;
      })
      .join(";");
  }

  #cookieValue(value: string): string {
    return mapDecoded(percentInForm, value, (text) => this.#pseudonyms.text(text, "cookie"));
  }

  #cookieAttribute(name: string, value: string): string {
    if (name === "domain") return scrubUrl(`//${value}`, this.#pseudonyms).slice(2);
    if (name === "path") return scrubUrl(value, this.#pseudonyms);
    if (name === "max-age" && /^-?\d{1,10}$/.test(value)) return value;
    if (name === "expires" && /^\w{3}, \d\d[ -]\w{3}[ -]\d{2,4} [\d:]{8} GMT$/.test(value)) return value;
    if (name === "samesite" && /^(?:lax|strict|none)$/i.test(value)) return value;
    return this.#pseudonyms.text(value, "cookie");
  }

  #body(path: string, status: number, headers: ReceivedAnswer["headers"], body: string): string {
    const type = String(headers["content-type"] ?? "");
    if (/^(?:image|audio|video|font)\/|octet-stream/i.test(type)) return `(${body.length} bytes)`;
    const start = body.trimStart();
    if (
      /^\/(?:message\/\d+|messages\/\d+\/\d+)(?:\?|$)/.test(path) &&
      status === 200 &&
      !/^<!doctype|^<html/i.test(start)
    ) {
      const isSource = path.startsWith("/messages/") || /[?&]plain=true/i.test(path);
      return isSource ? scrubMarkdown(body, this.#pseudonyms) : scrubHtml(body, this.#pseudonyms, { mode: "text" });
    }
    if (/json/i.test(type) ? !start.startsWith("<") : /^[[{"]/.test(start))
      return this.#literals(body, subjectOf(path));
    if (start.startsWith("<") || /html/i.test(type)) {
      const namesInHeadings = /^\/(?:rooms\/info|users)\/-?\d/.test(path);
      return scrubHtml(body, this.#pseudonyms, { namesInHeadings });
    }
    // The body is the id of a new room, or a sentence.
    return /^\s*\d{1,16}\s*$/.test(body) && path.startsWith("/rooms/pairoff")
      ? body
      : scrubLabel(body, this.#pseudonyms);
  }

  #literals(text: string, subject: Subject): string {
    return scrubLiterals(text, { pseudonyms: this.#pseudonyms, subject, markup: markupScrubber(this.#pseudonyms) });
  }
}

const COOKIE_ATTRIBUTES = /^(?:domain|path|expires|max-age|secure|httponly|samesite|partitioned)$/i;

/** The subject of unnamed lists, by the request path. */
function subjectOf(path: string): Subject {
  if (/^\/rooms\/pingable\//.test(path)) return "pingable";
  if (/^\/users\/ignorelist/.test(path)) return "ids";
  return /^\/(?:user\/info|users\/(?:search|thumbs))/.test(path) ? "users" : "events";
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, "");
}
