/**
 * Codecs of fields: how a value is encoded for a journal, and decoded with checks. A table of codecs describes a record.
 * No error message quotes a value, because journals hold passwords.
 */
import { isRecord } from "../../protocol/values.js";

/** Thrown when a field of a journal is invalid. */
export class BadField extends Error {
  /** The path, such as `users[0].name`. */
  readonly field: string;
  /** The expected value in words, such as `a text`. */
  readonly expected: string;

  constructor(field: string, expected: string) {
    super(`${field} is not ${expected}`);
    this.field = field;
    this.expected = expected;
  }
}

/** Encodes and decodes the values of a field. */
export interface Codec<V> {
  /** The values in words for error messages, such as `a text`. */
  readonly description: string;
  /** The value of an omitted field; undefined if the field is required. */
  readonly defaultValue?: () => V;
  /** Whether the field can be omitted for this value. */
  isDefault?(value: V): boolean;
  /** Whether older files lack the field. */
  readonly isAddedLater?: boolean;
  encode(value: V): unknown;
  /** Decodes a stored value; undefined if it is invalid. */
  decode(stored: unknown): V | undefined;
  /** For collections, such as a set. */
  readonly members?: MemberCodec<V>;
}

/** Encodes, adds and removes single members of a collection. */
export interface MemberCodec<V> {
  /** Encodes a member; undefined if there is none with this key. */
  encode(value: V, key: number | string): unknown;
  /** Adds or replaces a stored member; undefined if it is invalid. */
  put(value: V, stored: unknown): V | undefined;
  /** Removes a member; undefined if the key is invalid. */
  remove(value: V, key: unknown): V | undefined;
}

/** The codecs of all fields of a record. */
export type Fields<T> = { readonly [K in keyof T]-?: Codec<T[K]> };

function codec<V>(name: string, is: (stored: unknown) => stored is V): Codec<V> {
  return { description: name, encode: (value) => value, decode: (stored) => (is(stored) ? stored : undefined) };
}

export const text: Codec<string> = codec("a text", (stored) => typeof stored === "string");
export const flag: Codec<boolean> = codec("true or false", (stored) => typeof stored === "boolean");
/** Any finite number; times given by a script may have fractions. */
export const amount: Codec<number> = codec("a number", (stored): stored is number => Number.isFinite(stored));
/** An id. Ids of system users are negative. The limit leaves room to count on exactly. */
export const id: Codec<number> = codec(
  "an id",
  (stored): stored is number => Number.isSafeInteger(stored) && Math.abs(Number(stored)) < 1e15,
);

/** One of some strings. */
export function oneOf<const W extends string>(...words: readonly W[]): Codec<W> {
  return codec(`one of ${words.join(", ")}`, (stored): stored is W => words.some((word) => word === stored));
}

export function nullable<V>(of: Codec<V>): Codec<V | null> {
  return {
    description: `${of.description} or null`,
    encode: (value) => (value === null ? null : of.encode(value)),
    decode: (stored) => (stored === null ? null : of.decode(stored)),
  };
}

/** A field that is omitted when it has this value. */
export function withDefault<V>(of: Codec<V>, value: V): Codec<V> {
  return { ...of, defaultValue: () => value, isDefault: (given) => given === value };
}

/** Like {@link withDefault}, for a field that older files lack. */
export function addedLater<V>(of: Codec<V>, value: V): Codec<V> {
  return { ...withDefault(of, value), isAddedLater: true };
}

export function listOf<V>(of: Codec<V>): Codec<V[]> {
  return {
    description: `a list of: ${of.description}`,
    defaultValue: () => [],
    isDefault: (value) => value.length === 0,
    encode: (value) => value.map(of.encode),
    decode: (stored) => (Array.isArray(stored) ? decodeAll(of, stored) : undefined),
  };
}

/** A list that grows at its end. A member at an index truncates the list there. */
export function growingList<V>(of: Codec<V>): Codec<V[]> {
  return {
    ...listOf(of),
    members: {
      encode(value, key) {
        const member = typeof key === "number" ? value[key] : undefined;
        return member === undefined ? undefined : [key, of.encode(member)];
      },
      put(value, stored) {
        if (!Array.isArray(stored)) return undefined;
        const [at, member]: readonly unknown[] = stored;
        const loaded = of.decode(member);
        if (loaded === undefined || typeof at !== "number" || !Number.isSafeInteger(at) || at < 0) return undefined;
        value.length = Math.min(at, value.length);
        value.push(loaded);
        return value;
      },
      remove: () => undefined,
    },
  };
}

export function setOf<V extends number | string>(of: Codec<V>): Codec<Set<V>> {
  const load = (stored: unknown): Set<V> | undefined => {
    const list = Array.isArray(stored) ? decodeAll(of, stored) : undefined;
    return list && new Set(list);
  };
  return {
    description: `a list of: ${of.description}`,
    defaultValue: () => new Set(),
    isDefault: (value) => value.size === 0,
    encode: (value) => [...value],
    decode: load,
    members: {
      encode(value, key) {
        const member = of.decode(key);
        return member !== undefined && value.has(member) ? member : undefined;
      },
      put(value, stored) {
        const member = of.decode(stored);
        if (member === undefined) return undefined;
        value.delete(member);
        return value.add(member);
      },
      remove(value, key) {
        const member = of.decode(key);
        if (member === undefined) return undefined;
        value.delete(member);
        return value;
      },
    },
  };
}

/** A map, stored as a list of entries. */
export function mapOf<K extends number | string, V>(key: Codec<K>, of: Codec<V>): Codec<Map<K, V>> {
  const entry: Codec<[K, V]> = {
    description: `a pair of ${key.description} and ${of.description}`,
    encode: ([name, value]) => [name, of.encode(value)],
    decode(stored) {
      if (!Array.isArray(stored) || stored.length !== 2) return undefined;
      const [name, value] = [key.decode(stored[0]), of.decode(stored[1])];
      return name === undefined || value === undefined ? undefined : [name, value];
    },
  };
  return entriesOf(entry, key, `a list of: ${entry.description}`);
}

/** A map, stored as a list of its values, which contain their keys. */
export function indexed<V>(of: Codec<V>, keyOf: (value: V) => string): Codec<Map<string, V>> {
  const entry: Codec<[string, V]> = {
    description: of.description,
    encode: ([, value]) => of.encode(value),
    decode(stored) {
      const value = of.decode(stored);
      return value === undefined ? undefined : [keyOf(value), value];
    },
  };
  return entriesOf(entry, text, `a list of: ${of.description}`);
}

function entriesOf<K extends number | string, V>(entry: Codec<[K, V]>, key: Codec<K>, name: string): Codec<Map<K, V>> {
  return {
    description: name,
    defaultValue: () => new Map(),
    isDefault: (value) => value.size === 0,
    encode: (value) => [...value].map(entry.encode),
    decode(stored) {
      const list = Array.isArray(stored) ? decodeAll(entry, stored) : undefined;
      return list && new Map(list);
    },
    members: {
      encode(value, given) {
        const name = key.decode(given);
        const member = name === undefined ? undefined : value.get(name);
        return name === undefined || member === undefined ? undefined : entry.encode([name, member]);
      },
      put(value, stored) {
        const loaded = entry.decode(stored);
        if (!loaded) return undefined;
        value.delete(loaded[0]);
        return value.set(...loaded);
      },
      remove(value, given) {
        const name = key.decode(given);
        if (name === undefined) return undefined;
        value.delete(name);
        return value;
      },
    },
  };
}

/** A nested record. */
export function recordOf<T extends object>(fields: Fields<T>, name: string): Codec<T> {
  return {
    description: name,
    encode: (value) => encodeRecord(fields, value),
    decode(given) {
      try {
        return decodeRecord(fields, given, "");
      } catch (error) {
        if (error instanceof BadField) return undefined;
        throw error;
      }
    },
  };
}

/** Encodes a record, without fields that have their default value. */
export function encodeRecord<T extends object>(fields: Fields<T>, record: T): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const name of fieldNames(fields)) {
    const value = record[name];
    if (!fields[name].isDefault?.(value)) row[String(name)] = fields[name].encode(value);
  }
  return row;
}

/**
 * Decodes a record.
 * @param where - its path in the row, such as `users[0]`
 * @param isWhole - whether all fields are required, as in older files
 * @throws a {@link BadField}
 */
export function decodeRecord<T extends object>(fields: Fields<T>, row: unknown, where: string, isWhole = false): T {
  const known = checkRow(row, where, (name) => Object.hasOwn(fields, name));
  const record: Partial<T> = {};
  for (const name of fieldNames(fields)) {
    const given = known[String(name)];
    const { defaultValue, decode, description, isAddedLater = false } = fields[name];
    const isOmitted = given === undefined && (isAddedLater || !isWhole);
    const value = isOmitted && defaultValue ? defaultValue() : decode(given);
    if (value === undefined) throw new BadField(fieldPath(where, String(name)), description);
    record[name] = value;
  }
  return record as T; // The table has every field of the record.
}

/** Decodes the fields that a row has. @throws a {@link BadField} */
export function decodePartial<T extends object>(fields: Fields<T>, row: unknown, where: string): Partial<T> {
  const known = checkRow(row, where, (name) => Object.hasOwn(fields, name));
  const record: Partial<T> = {};
  for (const name of fieldNames(fields)) {
    if (known[String(name)] === undefined) continue;
    const value = fields[name].decode(known[String(name)]);
    if (value === undefined) throw new BadField(fieldPath(where, String(name)), fields[name].description);
    record[name] = value;
  }
  return record;
}

/** Checks that a row has known fields only. @throws a {@link BadField} */
export function checkRow(row: unknown, where: string, isKnown: (name: string) => boolean): Record<string, unknown> {
  if (!isRecord(row)) throw new BadField(where, "a record");
  for (const name of Object.keys(row)) {
    if (!isKnown(name)) throw new BadField(fieldPath(where, name.slice(0, 40)), "a field of a journal");
  }
  return row;
}

export function fieldPath(where: string, name: string): string {
  return where === "" ? name : `${where}.${name}`;
}

export function fieldNames<T extends object>(fields: Fields<T>): (keyof T)[] {
  return Object.keys(fields) as (keyof T)[]; // The table has exactly the keys of the record.
}

function decodeAll<V>(of: Codec<V>, list: readonly unknown[]): V[] | undefined {
  const all: V[] = [];
  for (const member of list) {
    const value = of.decode(member);
    if (value === undefined) return undefined;
    all.push(value);
  }
  return all;
}
