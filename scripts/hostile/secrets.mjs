// Tracks the bot's secrets, and checks whether a text or a value reveals one, plain or encoded.
import { inspect } from "node:util";

/** Has characters that every encoding changes. */
export const PASSWORD = 's3cret-P@ss w"o<r>d&1';

const html = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
const named = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const formed = (text) => new URLSearchParams({ x: text }).toString().slice(2);
const quoted = (text) => JSON.stringify(text).slice(1, -1);

class Secrets {
  #known = new Map();

  add(name, value) {
    if (value.length < 8) return;
    for (const encode of [String, encodeURIComponent, formed, html, named, quoted])
      this.#known.set(encode(value), name);
  }

  /** Adds the cookies and fkeys of a response. */
  learn(cookies, body) {
    for (const line of cookies) {
      const [, key, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (value && /^(?:acct|prov|chatusr)$/.test(key)) this.add(`cookie ${key}`, value);
    }
    for (const [, value] of body.matchAll(/name="fkey"[^>]*value="([^"]*)"/g)) this.add("fkey", value);
  }

  /** The names of the secrets that a text contains. */
  in(text) {
    const found = new Set();
    for (const [value, name] of this.#known) if (text.includes(value)) found.add(name);
    return [...found];
  }

  /** The names of the secrets that a value reveals in any representation. */
  shownBy(value) {
    const ways = [
      () =>
        inspect(value, {
          depth: 12,
          showHidden: true,
          getters: false,
          breakLength: Infinity,
          maxStringLength: Infinity,
        }),
      () => String(value),
      () => value.stack,
      () => JSON.stringify({ ...value }),
    ];
    return [...new Set(ways.flatMap((way) => this.in(textOf(way))))];
  }
}

/** A representation as text; "" if a getter throws. */
function textOf(way) {
  try {
    return way() ?? "";
  } catch {
    return "";
  }
}

export const ownSecrets = new Secrets();
ownSecrets.add("password", PASSWORD);
