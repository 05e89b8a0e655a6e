/**
 * Encodings of text. A text is decoded, changed and re-encoded piece by piece, so that unchanged pieces keep their
 * bytes.
 * Pure and linear.
 */
import { decodeHTML } from "entities";

/** An encoding. */
export interface TextCodec {
  /** Matches tokens that stand for another character. Global. */
  readonly tokens: RegExp;
  decode(token: string): string;
  /** Encodes a piece in the form of the original token. */
  encode(text: string, token: string): string;
  /** Encodes a whole text in the form of the original. */
  encodeAll(text: string, original: string): string;
}

interface Piece {
  readonly raw: string;
  readonly text: string;
}

/** Applies a change to a text inside its encoding. */
export function mapDecoded(codec: TextCodec, raw: string, change: (text: string) => string): string {
  const pieces = piecesOf(codec, raw);
  const text = pieces.map((piece) => piece.text).join("");
  const changed = change(text);
  if (changed === text) return raw;
  if (changed.length !== text.length) return codec.encodeAll(changed, raw);
  let at = 0;
  let result = "";
  for (const piece of pieces) {
    const part = changed.slice(at, at + piece.text.length);
    at += piece.text.length;
    if (part === piece.text) result += piece.raw;
    else result += piece.raw === piece.text ? part : codec.encode(part, piece.raw);
  }
  return result;
}

/** Decodes a text. */
export function decode(codec: TextCodec, raw: string): string {
  return raw.replace(codec.tokens, (token) => codec.decode(token));
}

function piecesOf(codec: TextCodec, raw: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let last = 0;
  for (const { 0: token, index } of raw.matchAll(codec.tokens)) {
    if (index > last) pieces.push(literal(raw.slice(last, index)));
    pieces.push({ raw: token, text: codec.decode(token) });
    last = index + token.length;
  }
  if (last < raw.length) pieces.push(literal(raw.slice(last)));
  return pieces;
}

function literal(raw: string): Piece {
  return { raw, text: raw };
}

const ENTITY_NAMES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" };

/** HTML character references. */
export const entities: TextCodec = {
  tokens: /&(?:#[xX][0-9a-fA-F]{1,8}|#\d{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?/g,
  decode: (token) => decodeHTML(token),
  encode: (text) => Array.from(text, (character) => `&#${character.codePointAt(0) ?? 0};`).join(""),
  encodeAll: (text) => text.replace(/[&<>"']/g, (sign) => `&${ENTITY_NAMES[sign] ?? ""};`),
};

function percent(tokens: RegExp, encodeSpace: string): TextCodec {
  const encode = (text: string): string =>
    encodeURIComponent(text.replace(/\p{Cs}/gu, "\ufffd")).replaceAll("%20", encodeSpace);
  return { tokens, decode: (token) => (token === "+" ? " " : percentDecoded(token)), encode, encodeAll: encode };
}

/** Bytes that are not UTF-8 become one replacement character each. */
function percentDecoded(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return "\ufffd".repeat(run.length / 3);
  }
}

/** Percent-encoding in URL paths. */
export const percentInPath: TextCodec = percent(/(?:%[0-9a-fA-F]{2})+/g, "%20");

/** Percent-encoding in forms and queries, where a plus is a space. */
export const percentInForm: TextCodec = percent(/(?:%[0-9a-fA-F]{2})+|\+/g, "+");

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  "0": "\0",
};

/** Escapes in JSON and JavaScript strings. */
export const escapes: TextCodec = {
  tokens: /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]{1,6}\}|[\s\S]|$)/g,
  decode(token) {
    const code = /^\\(?:u\{?|x)([0-9a-fA-F]+)/.exec(token)?.[1];
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      return point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
    }
    const sign = token.slice(1);
    return SIMPLE_ESCAPES[sign] ?? sign;
  },
  encode: (text) => Array.from({ length: text.length }, (_, at) => unicodeEscape(text.charCodeAt(at))).join(""),
  encodeAll(text, original) {
    const escaped = JSON.stringify(text).slice(1, -1);
    return /\\u00[0-9a-f]{2}/i.test(original)
      ? escaped.replace(/[<>&']/g, (sign) => unicodeEscape(sign.charCodeAt(0)))
      : escaped.replaceAll("'", original.includes("'") ? "'" : "\\u0027");
  },
};

function unicodeEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
