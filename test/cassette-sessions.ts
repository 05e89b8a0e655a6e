/**
 * Sessions made up by chance, with names, texts and secrets in every place and encoding where a site, or a proxy before
 * it, may put them. For the test that nothing of these reaches a cassette.
 */
import type { ReceivedAnswer, SentRequest } from "../src/cassette/scrubber.js";

/** A request with its answer, or a frame. */
export type Step =
  | { readonly request: SentRequest; readonly answer: ReceivedAnswer }
  | { readonly frame: string }
  | { readonly socket: string };

/** A session, and what may not be found in what is written of it. */
export interface MadeUp {
  readonly steps: readonly Step[];
  /** Words, secrets and pictures that must not appear in the cassette. */
  readonly canaries: readonly string[];
  /** Names that are too short or too common for a search; they must not appear in place of a name. */
  readonly names: readonly string[];
}

/** Numbers from 0 up to 1, the same for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ALPHABETS: readonly (readonly [letters: string, shortest: number])[] = [
  ["abcdefghijklmnopqrstuvwxyz", 8],
  ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 10],
  ["éèêëàâäôöûüçñãõåøæœßþðšžčřěůł", 7],
  ["אבגדהוזחטיכלמנסעפצקרשת", 7],
  ["ابتثجحخدذرزسشصضطظعغفقكلمنهوي", 7],
  ["абвгдежзийклмнопрстуфхцчшщъыьэюя", 7],
  ["αβγδεζηθικλμνξοπρστυφχψω", 7],
  ["龘靐齉爩鱻麤龗灪龖厵滟爨癵籱饢驫鲡鹂鸾麣", 4],
  ["ㄱㄴㄷ갉낡닭랅맑밝삵앍", 5],
  ["ฎฏฐฑฒณฬญธภฆ", 6],
  ["𝓐𝓑𝓒𝓓𝓔𝓕𝓖𝓗", 5],
];
/** No entry is in the table of replacement pictures. */
const PICTURES = ["🦑", "🪐", "🧿", "🛸", "🏴‍☠️", "👩‍👩‍👧", "🇨🇭"];
const SIGNS = [
  "'",
  '"',
  "<",
  ">",
  "&",
  "*",
  "_",
  "`",
  "[",
  "](",
  "\\",
  "%",
  "#",
  "--",
  "~",
  ":",
  "’",
  "\u202e",
  "\u200d",
];
/** Names that are also words of the site. */
const COMMON = [
  "room",
  "Feeds",
  "message",
  "user",
  "content",
  "ok",
  "said:",
  "deleted",
  "all",
  "X",
  "я",
  "今",
  "null",
  "true",
  "Rooms",
  "1",
];

/** Makes a session up. */
export function madeUp(seed: number): MadeUp {
  return new Maker(seed).session();
}

const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const html = (text: string): string => text.replace(/[&<>"']/g, (sign) => named[sign] ?? sign);
const numeric = (text: string): string =>
  Array.from(text, (sign) => `&#x${(sign.codePointAt(0) ?? 0).toString(16)};`).join("");
const unicode = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
const json = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&']/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
const uri = (text: string): string => encodeURIComponent(text);
const slug = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-");
const base64 = (text: string): string => Buffer.from(text).toString("base64");

class Maker {
  readonly #chance: () => number;
  readonly #canaries: string[] = [];
  readonly #names: string[] = [];

  constructor(seed: number) {
    this.#chance = chance(seed);
  }

  session(): MadeUp {
    const people = [this.#name(), this.#name(), this.#name()];
    const rooms = [this.#name(), this.#name()];
    const fkey = this.#hex(32);
    const loginFkey = this.#hex(64);
    const token = this.#hex(32);
    const acct = `t=${this.#secret(24)}%2f${this.#secret(12)}&s=${this.#hex(32)}`;
    const email = `${this.#secret(9)}@${this.#secret(10)}.example`;
    const password = `${this.#secret(6)}${this.#pick(SIGNS)}${this.#secret(9)}`;
    const secrets = [fkey, loginFkey, token, acct, email, password];
    const steps: Step[] = [
      this.#login(loginFkey, email, password, acct),
      ...Array.from({ length: 5 }, () => this.#page(this.#pick(people), this.#pick(rooms), secrets)),
      ...Array.from({ length: 4 }, () => this.#json(this.#pick(people), this.#pick(rooms), secrets)),
      ...Array.from({ length: 3 }, () => this.#write(this.#pick(people), fkey, secrets)),
      { socket: `wss://chat.sockets.stackexchange.com/events/1/${token}?l=123` },
      ...Array.from({ length: 4 }, () => ({ frame: this.#frame(this.#pick(people), this.#pick(rooms)) })),
      { frame: `${this.#text()} {"r1": {"e":[{"content":"${this.#text().replace(/["\\]/g, "")}` },
    ];
    return { steps, canaries: this.#canaries, names: this.#names };
  }

  #login(fkey: string, email: string, password: string, acct: string): Step {
    const page = `<form id="login-form" action="/users/login?returnurl=${uri(`https://x.example/${email}`)}"><input name=fkey value="${fkey}">
      <input name=email value='${html(email)}'><p class=error>${html(password)} ${base64(password)}</p><!-- ${email} ${uri(password)} --></form>`;
    return {
      request: {
        method: "POST",
        url: "https://meta.stackexchange.com/users/login",
        form: { email, password, fkey, ssrc: "head" },
      },
      answer: {
        status: 200,
        headers: {
          "content-type": "text/html",
          "set-cookie": [`acct=${acct}; domain=.stackexchange.com; path=/; secure`],
          "x-echo": password,
        },
        body: page,
      },
    };
  }

  #page(person: string, room: string, secrets: readonly string[]): Step {
    const text = this.#text();
    const secret = this.#pick(secrets);
    const places: readonly string[] = [
      `<div class="monologue user-4567"><div class="username"><a href="/users/4567/${slug(person)}" title="${html(person)}">${html(person)}</a></div>
       <div class="messages"><div class="timestamp">3:30 AM</div><div class="message" id="message-123"><div class="content">${html(text)}</div></div></div></div>`,
      `<img alt="${html(person)}" title='${html(person)}: 6h ago, 31 posts (1%)' src="https://www.gravatar.com/avatar/${secret}?s=16">`,
      `<a href="https://example.com/${uri(person)}/?q=${uri(text)}&amp;k=${uri(secret)}#${uri(room)}">${numeric(person)}</a>`,
      `<script>CHAT.RoomUsers.initPresent([{id: 4567, name: ("${person.replace(/["\\]/g, "\\$&")}"), email_hash: ("!${secret.replace(/["\\]/g, "")}")}]); var about = '${unicode(text)}'; /* ${text.replaceAll("*/", "")} */ // ${person}
       </script>`,
      `<script>var result = "${unicode(person)}"; StartChat({}, 4567, {id: 1}, ["4567"], "${text.replace(/["\\\n]/g, "")}");</script>`,
      `<div class=js-present data-users="${html(json([{ id: 4567, name: person, about: text }]))}"></div>`,
      `<title>${html(room)} | chat.stackexchange.com</title><h1 id=roomname>${html(room)}</h1><div id="roomdesc">${html(text)}</div>`,
      `<x-${slug(person)} data-${slug(room)}="${html(text)}" class="${slug(person)} ${html(secret)}" onclick="go('${unicode(text)}')">${html(text)}</x-${slug(person)}>`,
      `<!-- ${html(text)} --><![CDATA[${html(person)}]]><?php ${html(room)} ?><!DOCTYPE ${slug(room)}>`,
      `<p style="content:'${html(person)}'">${html(text)}<table><td>${numeric(text)}<style>.${slug(person)}{}</style><textarea>${html(text)}</textarea>`,
      `<input value="${html(text)}" name="q"><input name="${html(person)}" value=${secret}><meta property="og:title" content="${html(room)}">`,
      `<li id="summary_12">${html(text)} - <a class="permalink" href="/transcript/message/12#12">x</a> by <a href="/users/4567">${html(person)}</a></li>`,
      `<div class="user-valuecell">${html(text)}</div><div class="system-message">${html(person)}: ${html(text)}</div><b>${html(text)}</b>`,
      `<h2>${html(text)}</h2><a class="reply-info-container"><span>@${html(person)}</span></a><pre class="full">${html(text)}</pre>`,
      `<a title="${html(text)}" href="javascript:alert('${uri(text)}')">${base64(text)}</a>`,
      `<div title="${html(person)}`,
    ];
    const url = this.#pick([
      "/rooms/1",
      "/transcript/1",
      "/users/4567",
      "/rooms/info/1",
      "/message/12",
      "/search?q=",
      `/users/4567/${slug(person)}`,
    ]);
    const body = Array.from({ length: 6 }, () => this.#pick(places)).join("\n");
    const tail = url.endsWith("=") ? uri(text) : "";
    return {
      request: { method: "GET", url: `https://chat.stackexchange.com${url}${tail}` },
      answer: {
        status: this.#pick([200, 200, 404, 500]),
        headers: {
          "content-type": "text/html; charset=utf-8",
          location: `/rooms/1/${slug(room)}?u=${uri(person)}`,
          "set-cookie": `chatusr=${uri(secret)}; path=/${slug(person)}; domain=${slug(room)}.example`,
          chat: text.replace(/[^\x20-\x7e]/g, ""),
          "retry-after": slug(text),
        },
        body,
      },
    };
  }

  #json(person: string, room: string, secrets: readonly string[]): Step {
    const text = this.#text();
    const bodies: readonly (readonly [url: string, body: string])[] = [
      [
        "/chats/1/events",
        json({ events: [this.#event(person, room, text)], time: 5, [person]: text, note: this.#pick(secrets) }),
      ],
      ["/rooms/pingable/1", json([[4567, person, 1, 2]])],
      [
        "/user/info",
        json({ users: [{ id: 4567, name: person, email_hash: this.#pick(secrets), about: { [text]: [person] } }] }),
      ],
      [
        "/users/search?q=a",
        `${json({ id: 4567, dn: person, hash: `!https://x.example/${uri(text)}` })}\n${json({ dn: room })}`,
      ],
      [
        "/rooms/thumbs/1",
        json({ id: 1, name: room, description: html(text), tags: `<a class="tag">${html(text)}</a>`, usage: null }),
      ],
      [
        "/users/thumbs/4567",
        `{ "name" : "${unicode(person)}", user_message: '${unicode(text)}', odd: ${slug(person)} }`,
      ],
      ["/messages/1/12", `:12 ${text}`],
      ["/message/12?plain=true", text],
      ["/messages/12", json(text)],
      ["/messages/12", text],
      ["/ws-auth", json({ url: `wss://chat.sockets.stackexchange.com/events/1/${this.#pick(secrets)}` })],
    ];
    const [url, body] = this.#pick(bodies);
    return {
      request: { method: "POST", url: `https://chat.stackexchange.com${url}`, form: { fkey: this.#pick(secrets) } },
      answer: {
        status: 200,
        headers: { "content-type": this.#pick(["application/json", "text/plain", "text/html"]) },
        body,
      },
    };
  }

  #write(person: string, fkey: string, secrets: readonly string[]): Step {
    const text = this.#text();
    const form: Record<string, string> = {
      text,
      fkey,
      [person]: text,
      name: person,
      returnurl: `/x/${uri(text)}`,
      userId: this.#pick(secrets),
    };
    return {
      request: {
        method: "POST",
        url: `https://chat.stackexchange.com/chats/1/messages/new?${uri(person)}=${uri(text)}`,
        form,
        parts: [{ name: person, text }],
      },
      answer: {
        status: 409,
        headers: {},
        body: this.#pick([`No: ${text}`, json(`${person} said ${text}`), `<p>${html(text)} ${html(person)}`]),
      },
    };
  }

  #frame(person: string, room: string): string {
    return json({ r1: { e: [this.#event(person, room, this.#text())], t: 5, d: 1 } });
  }

  #event(person: string, room: string, text: string): Readonly<Record<string, unknown>> {
    const content = this.#pick([
      html(text),
      `<a href="/users/4567/${slug(person)}">${html(person)}</a> ${html(text)}`,
      `<pre class='full'>${html(text)}</pre>`,
    ]);
    return {
      event_type: this.#pick([1, 2, 6, 15, 17, 99]),
      time_stamp: 1_540_642_697,
      content,
      id: 7,
      user_id: 4567,
      user_name: person,
      room_id: 1,
      room_name: room,
      message_id: 12,
      parent_text: html(text),
      parent_username: person,
      [this.#pick(["news", slug(person), "extra_note"])]: this.#pick([text, [person, { deep: text }], room]),
    };
  }

  /** A name: of odd letters and signs, or one that is a word of the site. */
  #name(): string {
    if (this.#chance() < 0.3) {
      const common = this.#pick(COMMON);
      this.#names.push(common);
      return common;
    }
    const parts = Array.from({ length: 1 + Math.floor(this.#chance() * 3) }, () => this.#word());
    return parts.join(this.#pick([" ", " ", ...SIGNS]));
  }

  #text(): string {
    const words = Array.from({ length: 2 + Math.floor(this.#chance() * 6) }, () =>
      this.#pick([
        () => this.#word(),
        () => this.#pick(SIGNS) + this.#word(),
        () => `**${this.#word()}**`,
        () => `https://${this.#word()}.com/${this.#word()}`,
        () => `@${this.#word()}`,
        () => this.#picture(),
      ])(),
    );
    return words.join(this.#pick([" ", " ", "\n", "  ", " > "]));
  }

  #word(): string {
    const [letters, shortest] = this.#pick(ALPHABETS);
    const all = Array.from(letters);
    const word = Array.from({ length: shortest + Math.floor(this.#chance() * 4) }, () => this.#pick(all)).join("");
    // The middle is enough: a replacement may have the same ends.
    this.#canaries.push(all.length > 9 && word.length > 8 ? Array.from(word).slice(1, -1).join("") : word);
    return word;
  }

  #picture(): string {
    const picture = this.#pick(PICTURES);
    this.#canaries.push(picture);
    return picture;
  }

  #hex(length: number): string {
    const value = Array.from({ length }, () => Math.floor(this.#chance() * 16).toString(16)).join("");
    this.#canaries.push(value);
    return value;
  }

  #secret(length: number): string {
    const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    const value = Array.from({ length: Math.max(length, 9) }, () => this.#pick(letters)).join("");
    this.#canaries.push(value, base64(value).replace(/=+$/, "").slice(0, -1));
    return value;
  }

  #pick<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.#chance() * list.length)];
    if (chosen === undefined) throw new Error("nothing to pick from");
    return chosen;
  }
}
