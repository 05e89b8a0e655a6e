/**
 * Scrubs JSON and page scripts with one scanner that keeps all syntax in place. Keys and identifiers stay if they
 * consist
 * of the site's words. Strings and numbers are judged by their key, or by the call they are passed to. Pure and linear.
 */

import { decode, escapes, mapDecoded } from "./codecs.js";
import { scrubLabel, scrubMarkdown, scrubText } from "./plain.js";
import type { Pseudonyms } from "./pseudonyms.js";
import { scrubIds, scrubUrl } from "./url.js";
import { isCodeName } from "./vocabulary.js";

/** The subject of the objects in an unnamed list. */
export type Subject = "users" | "pingable" | "ids" | "events" | "script";

/** Scrubs markup in a string, of user text or of the site's labels. */
export type ScrubMarkup = (html: string, isText: boolean) => string;

/** The context of a scan. */
export interface LiteralContext {
  readonly pseudonyms: Pseudonyms;
  readonly subject: Subject;
  readonly markup: ScrubMarkup;
}

const TOKENS =
  /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|'(?:[^'\\\n]|\\[\s\S]?)*(?:'|\n|$)|`(?:[^`\\]|\\[\s\S]?)*(?:`|$)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\p{L}_$][\p{L}\p{M}\p{N}_$]*|\d[\w.]*|\s+|[\s\S]/gu;

/** An open bracket. */
interface BracketLevel {
  readonly bracket: string;
  /** The key whose value it is, or the function that is called. */
  readonly name: string;
  /** The key of the next value. */
  key: string;
  /** How many commas came before. */
  index: number;
  /** The value of `event_type`. */
  eventType?: string;
}

const NAME_KEYS: ReadonlySet<string> = new Set(
  "user_name username room_name name dn parent_username caption sitecaption roomname".split(" "),
);
const MARKUP_KEYS: ReadonlySet<string> = new Set(
  "content description tags usage parent_text user_message text".split(" "),
);
const URL_KEYS: ReadonlySet<string> = new Set("url profileurl icon siteicon".split(" "));
const USER_KEYS: ReadonlySet<string> = new Set(
  "user_id target_user_id userid current_user_id owner_id author_id acluserid".split(" "),
);
const KEPT_KEYS: ReadonlySet<string> = new Set(
  `event_type time_stamp id room_id message_id parent_id message_edits message_stars message_owner_stars message_flags t d time sync ms
msgid gap timeout last_post last_seen activity flags modflags flag_count flag_id servertime live_chat_host_id current_room_id
page pagesize server_time_offset`.split(/\s+/),
);
/** Which arguments of the site's script calls are users. Other numbers there are rooms, counts and sizes. */
const USER_ARGUMENTS: Readonly<Record<string, readonly number[]>> = {
  StartChat: [1, 3],
  initTranscript: [1],
  initFlagSupport: [1],
  update: [0],
  initPresent: [],
  InitRoomIndex: [],
  initBasicPage: [],
};

/** Scrubs user content from JSON or a script. */
export function scrubLiterals(source: string, context: LiteralContext): string {
  return new LiteralScrubber(context).run(source);
}

/** Scrubs a page script or an event handler attribute. */
export function scrubScript(source: string, pseudonyms: Pseudonyms, markup: ScrubMarkup): string {
  return scrubLiterals(source, { pseudonyms, subject: "script", markup });
}

class LiteralScrubber {
  readonly #context: LiteralContext;
  readonly #levels: BracketLevel[] = [];
  #top: BracketLevel = { bracket: "", name: "", key: "", index: 0 };
  /** The previous token that is not white space. */
  #last = "";
  #lastName = "";

  constructor(context: LiteralContext) {
    this.#context = context;
  }

  run(source: string): string {
    const tokens = source.match(TOKENS) ?? [];
    return tokens
      .map((token, at) => {
        const scrubbed = this.#token(token, () => /^\s*:/.test(nextToken(tokens, at)));
        if (token.trim() !== "") this.#last = token;
        return scrubbed;
      })
      .join("");
  }

  #token(token: string, isKey: () => boolean): string {
    const [sign = ""] = token;
    if ("\"'`".includes(sign)) return isKey() ? this.#key(token) : this.#string(token);
    if (token.startsWith("//") || token.startsWith("/*")) return this.#context.pseudonyms.text(token, "text");
    if (/\d/.test(sign)) return isKey() ? this.#numericKey(token) : this.#number(token);
    if (/[\p{L}_$]/u.test(sign)) return this.#identifier(token, isKey);
    if ("{[(".includes(sign)) this.#open(sign);
    else if ("}])".includes(sign)) this.#close();
    else if (sign === ",") this.#next();
    return sign.trim() === "" || sign.charCodeAt(0) < 128 ? token : this.#context.pseudonyms.text(token, "text");
  }

  #open(bracket: string): void {
    const name = bracket === "(" ? this.#lastName : this.#top.key || (this.#top.bracket === "[" ? this.#top.name : "");
    // Values nested deeper than in any response are judged like those of the deepest level.
    if (this.#levels.length > 200) return;
    this.#levels.push(this.#top);
    this.#top = { bracket, name, key: "", index: 0 };
  }

  #close(): void {
    this.#top = this.#levels.pop() ?? { bracket: "", name: "", key: "", index: 0 };
  }

  #next(): void {
    this.#top.index++;
    if (this.#top.bracket === "{") this.#top.key = "";
  }

  /** Numeric keys are message ids in the site's script calls, and possibly user ids elsewhere. */
  #numericKey(token: string): string {
    this.#top.key = token;
    if (!/^\d+$/.test(token)) return this.#context.pseudonyms.text(token, "text");
    const call = this.#call();
    return call && Object.hasOwn(USER_ARGUMENTS, call.name) ? token : this.#context.pseudonyms.userId(token);
  }

  #key(token: string): string {
    const name = decode(escapes, token.slice(1, -1));
    this.#top.key = name;
    if (isCodeName(name) || /^r\d+$/.test(name)) return token;
    return mapQuoted(token, (text) =>
      /^\d+$/.test(text) ? this.#numericKey(text) : this.#context.pseudonyms.text(text, "text"),
    );
  }

  #identifier(token: string, isKey: () => boolean): string {
    if (isKey()) this.#top.key = token;
    this.#lastName = token;
    return isCodeName(token) ? token : this.#context.pseudonyms.text(token, "text");
  }

  #string(token: string): string {
    return mapQuoted(token, (text) => this.#text(text));
  }

  #text(text: string): string {
    const { pseudonyms, markup } = this.#context;
    const key = this.#top.key.toLowerCase();
    if (this.#context.subject === "pingable" || NAME_KEYS.has(key)) return scrubText(text, pseudonyms, "name");
    if (MARKUP_KEYS.has(key)) {
      const isNotice = key === "content" && this.#top.eventType === "15";
      return isNotice ? scrubLabel(text, pseudonyms) : markup(text, true);
    }
    if (/^\d+$/.test(text)) return this.#isKeptNumber(key) ? text : pseudonyms.userId(text);
    if (/^[0-9a-f]{16,}$/i.test(text)) return pseudonyms.hex(text);
    if (/hash$/.test(key))
      return text.startsWith("!") ? `!${scrubUrl(text.slice(1), pseudonyms)}` : scrubText(text, pseudonyms);
    if (key === "host") return scrubUrl(`//${text}`, pseudonyms).slice(2);
    if (URL_KEYS.has(key) || /^(?:https?:|wss?:)?\/\/\S*$|^\/[^/\s]\S*$/i.test(text)) return scrubUrl(text, pseudonyms);
    if (key === "source" || key === "markdown") return scrubMarkdown(text, pseudonyms);
    return /[<&]/.test(text) ? markup(text, false) : scrubLabel(text, pseudonyms);
  }

  #number(token: string): string {
    const { pseudonyms } = this.#context;
    const key = this.#top.key.toLowerCase();
    if (key === "event_type") this.#top.eventType = token;
    if (!/^\d+$/.test(token)) return pseudonyms.text(token, "number");
    if (this.#isUser(key)) {
      const scrubbed = scrubIds(this.#last === "-" ? `-${token}` : token, pseudonyms);
      return scrubbed.replace("-", "");
    }
    return this.#isKeptNumber(key) ? token : pseudonyms.userId(token);
  }

  #isUser(key: string): boolean {
    if (USER_KEYS.has(key)) return true;
    if (key === "id") return this.#isAboutUsers();
    const { subject } = this.#context;
    if (subject === "ids") return true;
    if (subject === "pingable") return this.#top.index === 0;
    if (subject === "script" && this.#lastName.toLowerCase() === "userid" && this.#last === "=") return true;
    const call = this.#call();
    return call !== undefined && (USER_ARGUMENTS[call.name]?.includes(call.index) ?? false);
  }

  #isKeptNumber(key: string): boolean {
    if (KEPT_KEYS.has(key)) return true;
    const { subject } = this.#context;
    if (subject === "pingable") return this.#top.index > 1;
    if (subject !== "script") return false;
    if (this.#lastName === "SERVER_TIME_OFFSET" && this.#last === "=") return true;
    const call = this.#call();
    if (call === undefined || !Object.hasOwn(USER_ARGUMENTS, call.name)) return false;
    // In objects passed to a call, only known keys stay, and the rooms of unread mentions, whose keys are ids.
    return key === "" || /^\d+$/.test(key);
  }

  /** Whether the objects here are users, by the name of the enclosing list. */
  #isAboutUsers(): boolean {
    const list = [...this.#levels, this.#top].findLast(({ bracket, name }) => bracket !== "{" && name !== "");
    if (list) return list.name === "users" || list.name === "initPresent" || list.name === "update";
    return this.#context.subject === "users";
  }

  /** The enclosing call, with the index of the current argument. */
  #call(): BracketLevel | undefined {
    return [...this.#levels, this.#top].findLast(({ bracket }) => bracket === "(");
  }
}

function nextToken(tokens: readonly string[], at: number): string {
  const next = tokens[at + 1] ?? "";
  return next.trim() === "" ? (tokens[at + 2] ?? "") : next;
}

function mapQuoted(token: string, change: (text: string) => string): string {
  const [quote = ""] = token;
  const isClosed = token.length > 1 && token.endsWith(quote);
  return quote + mapDecoded(escapes, token.slice(1, isClosed ? -1 : undefined), change) + (isClosed ? quote : "");
}
