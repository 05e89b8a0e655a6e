/** The types of arguments that are objects of the chat: users, rooms and messages. Only names of users need a request. */
import type { Site, User } from "../../index.js";
import type { Reading, ReadingContext, ValueType } from "./argument-type.js";
import { refuse } from "./argument-type.js";
import { eitherOf, harmless, quoted } from "./reasons.js";
import type { WordValue } from "./words.js";

const ID = /^[1-9]\d{0,14}$/;
const USER_ID = /^-?[1-9]\d{0,14}$/;
const ADDRESS = /^!?(?:https?:)?\/\/|^\/(?=[a-z])/i;
const USER_PATH = /^\/users\/(-?[1-9]\d{0,14})(?:\/|$)/;
const ROOM_PATH = /^\/(?:rooms(?:\/info)?|transcript)\/([1-9]\d{0,14})(?:\/|$)/;
const MESSAGE_PATH = /^\/(?:transcript\/message|messages?)\/([1-9]\d{0,14})(?:\/|$)/;
/** As in "Alice Pleasance Liddell II". */
const NAME_WORDS = 4;
/** The most people that a reason names. */
const CANDIDATES_NAMED = 5;

/** The target of an address: the id, "elsewhere" on another site, undefined if it is no address of this kind. */
type Target = number | "elsewhere" | undefined;

function targetOf({ text, url }: WordValue, site: Site, path: RegExp): Target {
  const written = url ?? text;
  if (!ADDRESS.test(written)) return undefined;
  const address = URL.parse(written.replace(/^!/, ""), site.chatOrigin);
  const inTranscript = path === MESSAGE_PATH && address ? transcriptMessage(address) : undefined;
  const id = inTranscript ?? (address ? path.exec(address.pathname)?.[1] : undefined);
  if (!address || id === undefined) return undefined;
  return address.host === new URL(site.chatOrigin).host ? Number(id) : "elsewhere";
}

/** The message of `/transcript/1?m=5` or `/transcript/1/2026/3/1#5`. */
function transcriptMessage({ pathname, searchParams, hash }: URL): string | undefined {
  if (!/^\/transcript\/\d+(?:\/|$)/.test(pathname)) return undefined;
  return [searchParams.get("m") ?? "", hash.slice(1)].find((id) => ID.test(id));
}

function elsewhere(what: string, { client }: ReadingContext["env"]): Reading {
  return { refusal: `must be a ${what} of ${client.site.host}, not of another site` };
}

/** Without the invisible characters by which mentions are kept from pinging. */
function visible(text: string): string {
  return text.replace(/[\u200b-\u200d\u2060\ufeff]/g, "");
}

/** A room: its id, its address, or "here". */
export const ROOM_TYPE: ValueType = {
  expected: 'a room: its number, its address or "here"',
  mostWords: 1,
  isDefault: (text) => text === "here" || ID.test(text),
  read(word, { env }) {
    if (word.text.toLowerCase() === "here") return { value: env.room };
    const target = ID.test(word.text) ? Number(word.text) : targetOf(word, env.client.site, ROOM_PATH);
    if (target === "elsewhere") return elsewhere("room", env);
    return target === undefined ? refuse(this.expected, word) : { value: env.client.getRoom(target) };
  },
};

/** A message: its id, `:id`, its address, or "this", the message that the command replies to. */
export const MESSAGE_TYPE: ValueType = {
  expected: 'a message: its number, its address or "this" in a reply',
  mostWords: 1,
  remedy: "reply to a message, or name one by its number or address",
  isDefault: (text) => text === "this" || ID.test(text),
  read(word, { env }) {
    if (word.text.toLowerCase() === "this")
      return env.repliedTo ? { value: env.repliedTo } : { refusal: `is missing; ${this.remedy}` };
    const id = /^:?(.*)$/s.exec(word.text)?.[1] ?? "";
    const target = ID.test(id) ? Number(id) : targetOf(word, env.client.site, MESSAGE_PATH);
    if (target === "elsewhere") return elsewhere("message", env);
    return target === undefined ? refuse(this.expected, word) : { value: env.client.getMessage(target) };
  },
  absent: ({ env }) => env.repliedTo ?? undefined,
};

/** A user: a mention, a name, an id, the address of a profile, or "me". */
export const USER_TYPE: ValueType = {
  expected: "somebody in this room",
  mostWords: NAME_WORDS,
  isComplete: ({ text }) => /^(?:@.*|me)$/is.test(text) || USER_ID.test(text) || ADDRESS.test(text),
  isDefault: (text) => (text.trim() === "" ? false : undefined),
  read(word, context, isJoined) {
    const { env } = context;
    const text = visible(word.text);
    if (isJoined) return readName(text, context, true);
    if (text.toLowerCase() === "me") return env.user ? { value: env.user } : { refusal: "is an account that is gone" };
    const target = USER_ID.test(text) ? Number(text) : targetOf(word, env.client.site, USER_PATH);
    if (target === "elsewhere") return elsewhere("user", env);
    return target === undefined ? readName(text, context, false) : { value: env.client.getUser(target) };
  },
};

async function readName(name: string, { people }: ReadingContext, isWhole: boolean): Promise<Reading> {
  const found = (await people()).find(name.replace(/^@/, ""), isWhole);
  const [only] = found;
  if (only && found.length === 1) return { value: only };
  if (!only) return { refusal: `must be ${USER_TYPE.expected}, not ${quoted(name)}` };
  return { refusal: `could be ${eitherOf(found.map(nameAndId), CANDIDATES_NAMED)}; give the number` };
}

function nameAndId({ id, peek }: User): string {
  return `${harmless(peek.name ?? "somebody")} (${id})`;
}
