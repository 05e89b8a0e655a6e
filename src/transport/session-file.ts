/** The session file: stores cookies over restarts, never the password. Its content is validated when read. */
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { CookieJar, type SerializedCookie } from "tough-cookie";
import { UsageError } from "../errors/index.js";
import type { Site } from "../protocol/sites.js";
import { isRecord, numberOf, stringOf } from "../protocol/values.js";
import { writeWholeFile } from "../storage/atomic-file.js";
import { storageError } from "../storage/failures.js";
import { resolvePlainFile } from "../storage/plain-file.js";
import { codeOf } from "../util/error-code.js";

/** The content of a session file. */
export interface StoredSession {
  /** The chat host the session belongs to. */
  readonly host: string;
  readonly owner: { readonly id: number; readonly name: string | null };
  /** The hash of the email that logged in; null for a session from cookies. */
  readonly account: string | null;
  readonly cookies: readonly SerializedCookie[];
}

/** A hash of an email, to tell accounts apart without storing the address. */
export function accountFingerprint(email: string): string {
  return createHash("sha256").update(email.trim().toLowerCase()).digest("hex").slice(0, 32);
}

/**
 * Reads a session file; null when there is none or it belongs to another site.
 * @throws {BAD_ARGUMENT} when the file is damaged or not a session file {STORAGE} when it cannot be read
 */
export async function readSessionFile(path: string, site: Site): Promise<StoredSession | null> {
  let text: string;
  try {
    text = await readFile(resolvePlainFile(path), "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw failureOf("read", path, error);
  }
  const session = sessionOf(text);
  if (!session) throw new UsageError(`${path} is not a session file; delete it or use another path`);
  return session.host === site.host ? session : null;
}

function sessionOf(text: string): StoredSession | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || !isRecord(value.owner) || !Array.isArray(value.cookies)) return null;
  const host = stringOf(value.host);
  const id = numberOf(value.owner.id);
  const name = stringOf(value.owner.name);
  const cookies: readonly unknown[] = value.cookies;
  if (host === undefined || id === undefined || !Number.isSafeInteger(id) || !cookies.every(isSerializedCookie))
    return null;
  return { host, owner: { id, name: name ?? null }, account: stringOf(value.account) ?? null, cookies };
}

type FieldCheck = (field: unknown) => boolean;

const isText: FieldCheck = (field) => typeof field === "string";
/** Text that is valid in a `Cookie` header. */
const isHeaderText: FieldCheck = (field) =>
  typeof field === "string" && /^[\t\x20-\x3a\x3c-\x7e\x80-\xff]*$/.test(field);
const isFlag: FieldCheck = (field) => typeof field === "boolean";
const isEndless: FieldCheck = (field) => field === "Infinity" || field === "-Infinity";
const isDate: FieldCheck = (field) => field === null || (typeof field === "string" && !Number.isNaN(Date.parse(field)));

/** The checks of a stored cookie's optional fields; the jar itself would accept anything. */
const COOKIE_FIELDS: Readonly<Record<string, FieldCheck>> = {
  domain: (field) => field === null || isText(field),
  path: (field) => field === null || isText(field),
  secure: isFlag,
  httpOnly: isFlag,
  hostOnly: (field) => field === null || isFlag(field),
  pathIsDefault: (field) => field === null || isFlag(field),
  sameSite: isText,
  expires: (field) => isEndless(field) || isDate(field),
  maxAge: (field) => field === null || isEndless(field) || Number.isFinite(field),
  creation: (field) => isEndless(field) || isDate(field),
  lastAccessed: (field) => isEndless(field) || isDate(field),
  extensions: (field) => field === null || (Array.isArray(field) && field.every(isText)),
};

function isSerializedCookie(cookie: unknown): cookie is SerializedCookie {
  if (!isRecord(cookie) || !isHeaderText(cookie.key) || !isHeaderText(cookie.value)) return false;
  return Object.entries(COOKIE_FIELDS).every(([name, test]) => cookie[name] === undefined || test(cookie[name]));
}

/**
 * Writes a session file atomically, readable only by its owner.
 * @throws {STORAGE} when it cannot be written
 */
export async function writeSessionFile(path: string, session: StoredSession): Promise<void> {
  try {
    await writeWholeFile(path, `${JSON.stringify(session, null, 1)}\n`);
  } catch (error) {
    throw failureOf("write", path, error);
  }
}

/** A jar filled from a stored session. */
export async function jarOf(session: StoredSession): Promise<CookieJar> {
  return CookieJar.deserialize({
    version: "tough-cookie@6",
    storeType: "MemoryCookieStore",
    rejectPublicSuffixes: true,
    cookies: [...session.cookies],
  });
}

/** Deletes a session file whose login has ended; for a link, its target. @throws {STORAGE} when it cannot be deleted */
export async function removeSessionFile(path: string): Promise<void> {
  try {
    await rm(resolvePlainFile(path), { force: true });
  } catch (error) {
    throw failureOf("delete", path, error);
  }
}

function failureOf(act: "read" | "write" | "delete", path: string, error: unknown): Error {
  return error instanceof UsageError ? error : storageError(act, path, error, `the session file ${path}`);
}
