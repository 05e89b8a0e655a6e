/**
 * Kinds of fields, each with the way into a journal and the checked way back; a table of them describes a record. No
 * message quotes a value, because passwords stand in a journal.
 */
import { isRecord } from "../../protocol/values.js";

/** A field of a journal that is not what it should be. */
export class BadField extends Error {
  /** Such as `users[0].name`. */
  readonly field: string;
  /** Such as `a text`. */
  readonly expected: string;

  constructor(field: string, expected: string) {
    super(`${field} is not ${expected}`);
    this.field = field;
    this.expected = expected;
  }
}

/** A kind of field with values of type V. */
export interface Kind<V> {
  /** Its kind in words, such as `a text`. */
  readonly name: string;
  /** The value of a field that is left out; undefined when it may not be. */
  readonly none?: () => V;
  /** Whether the field may be left out. */
  isNone?(value: V): boolean;
  /** Whether older files do not have the field. */
  readonly isLater?: boolean;
  store(value: V): unknown;
  /** The value; undefined when the stored one is of another kind. */
  load(stored: unknown): V | undefined;
  /** For kinds with members, such as a set. */
  readonly members?: Members<V>;
}

/** The members of a value, by their keys. */
export interface Members<V> {
  /** A member as it is stored; undefined when it is not there. */
  store(value: V, key: number | string): unknown;
  /** Puts a stored member in its place; undefined when it is none. */
  put(value: V, stored: unknown): V | undefined;
  /** Takes a member away; undefined when the key is none. */
  drop(value: V, key: unknown): V | undefined;
}

/** The fields of a record. */
export type Fields<T> = { readonly [K in keyof T]-?: Kind<T[K]> };

function kind<V>(name: string, is: (stored: unknown) => stored is V): Kind<V> {
  return { name, store: (value) => value, load: (stored) => (is(stored) ? stored : undefined) };
}

export const text: Kind<string> = kind("a text", (stored) => typeof stored === "string");
export const flag: Kind<boolean> = kind("true or false", (stored) => typeof stored === "boolean");
/** Any number: times that a script gives may have fractions. */
export const amount: Kind<number> = kind("a number", (stored): stored is number => Number.isFinite(stored));
/** An id: ids of system users are negative. Counting on from one stays exact. */
export const id: Kind<number> = kind(
  "an id",
  (stored): stored is number => Number.isSafeInteger(stored) && Math.abs(Number(stored)) < 1e15,
);

/** One of some words. */
export function oneOf<const W extends string>(...words: readonly W[]): Kind<W> {
  return kind(`one of ${words.join(", ")}`, (stored): stored is W => words.some((word) => word === stored));
}

export function nullable<V>(of: Kind<V>): Kind<V | null> {
  return {
    name: `${of.name} or null`,
    store: (value) => (value === null ? null : of.store(value)),
    load: (stored) => (stored === null ? null : of.load(stored)),
  };
}

/** A field that is left out when it has this value. */
export function or<V>(of: Kind<V>, value: V): Kind<V> {
  return { ...of, none: () => value, isNone: (given) => given === value };
}

/** The same for a field that older files do not have. */
export function later<V>(of: Kind<V>, value: V): Kind<V> {
  return { ...or(of, value), isLater: true };
}

export function listOf<V>(of: Kind<V>): Kind<V[]> {
  return {
    name: `a list, each of it ${of.name}`,
    none: () => [],
    isNone: (value) => value.length === 0,
    store: (value) => value.map(of.store),
    load: (stored) => (Array.isArray(stored) ? loadedAll(of, stored) : undefined),
  };
}

/** A list that grows at its end; a member put in its place ends the list. */
export function growing<V>(of: Kind<V>): Kind<V[]> {
  return {
    ...listOf(of),
    members: {
      store(value, key) {
        const member = typeof key === "number" ? value[key] : undefined;
        return member === undefined ? undefined : [key, of.store(member)];
      },
      put(value, stored) {
        if (!Array.isArray(stored)) return undefined;
        const [at, member]: readonly unknown[] = stored;
        const loaded = of.load(member);
        if (loaded === undefined || typeof at !== "number" || !Number.isSafeInteger(at) || at < 0) return undefined;
        value.length = Math.min(at, value.length);
        value.push(loaded);
        return value;
      },
      drop: () => undefined,
    },
  };
}

export function setOf<V extends number | string>(of: Kind<V>): Kind<Set<V>> {
  const load = (stored: unknown): Set<V> | undefined => {
    const list = Array.isArray(stored) ? loadedAll(of, stored) : undefined;
    return list && new Set(list);
  };
  return {
    name: `a list, each of it ${of.name}`,
    none: () => new Set(),
    isNone: (value) => value.size === 0,
    store: (value) => [...value],
    load,
    members: {
      store(value, key) {
        const member = of.load(key);
        return member !== undefined && value.has(member) ? member : undefined;
      },
      put(value, stored) {
        const member = of.load(stored);
        if (member === undefined) return undefined;
        value.delete(member);
        return value.add(member);
      },
      drop(value, key) {
        const member = of.load(key);
        if (member === undefined) return undefined;
        value.delete(member);
        return value;
      },
    },
  };
}

/** A map, stored as a list of its entries. */
export function mapOf<K extends number | string, V>(key: Kind<K>, of: Kind<V>): Kind<Map<K, V>> {
  const entry: Kind<[K, V]> = {
    name: `a pair of ${key.name} and ${of.name}`,
    store: ([name, value]) => [name, of.store(value)],
    load(stored) {
      if (!Array.isArray(stored) || stored.length !== 2) return undefined;
      const [name, value] = [key.load(stored[0]), of.load(stored[1])];
      return name === undefined || value === undefined ? undefined : [name, value];
    },
  };
  return entries(entry, key, `a list, each of it ${entry.name}`);
}

/** A map, stored as a list of its values, which have their key in them. */
export function indexed<V>(of: Kind<V>, keyOf: (value: V) => string): Kind<Map<string, V>> {
  const entry: Kind<[string, V]> = {
    name: of.name,
    store: ([, value]) => of.store(value),
    load(stored) {
      const value = of.load(stored);
      return value === undefined ? undefined : [keyOf(value), value];
    },
  };
  return entries(entry, text, `a list, each of it ${of.name}`);
}

function entries<K extends number | string, V>(entry: Kind<[K, V]>, key: Kind<K>, name: string): Kind<Map<K, V>> {
  return {
    name,
    none: () => new Map(),
    isNone: (value) => value.size === 0,
    store: (value) => [...value].map(entry.store),
    load(stored) {
      const list = Array.isArray(stored) ? loadedAll(entry, stored) : undefined;
      return list && new Map(list);
    },
    members: {
      store(value, given) {
        const name = key.load(given);
        const member = name === undefined ? undefined : value.get(name);
        return name === undefined || member === undefined ? undefined : entry.store([name, member]);
      },
      put(value, stored) {
        const loaded = entry.load(stored);
        if (!loaded) return undefined;
        value.delete(loaded[0]);
        return value.set(...loaded);
      },
      drop(value, given) {
        const name = key.load(given);
        if (name === undefined) return undefined;
        value.delete(name);
        return value;
      },
    },
  };
}

/** A record inside of another. */
export function recordOf<T extends object>(fields: Fields<T>, name: string): Kind<T> {
  return {
    name,
    store: (value) => stored(fields, value),
    load(given) {
      try {
        return loaded(fields, given, "");
      } catch (error) {
        if (error instanceof BadField) return undefined;
        throw error;
      }
    },
  };
}

/** A record as it is stored: without the fields that may be left out. */
export function stored<T extends object>(fields: Fields<T>, record: T): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const name of namesOf(fields)) {
    const value = record[name];
    if (!fields[name].isNone?.(value)) row[String(name)] = fields[name].store(value);
  }
  return row;
}

/**
 * A record from what is stored of it.
 * @param where - its place in the row, such as `users[0]`
 * @param isWhole - whether no field may be left out, as in older files
 * @throws a {@link BadField}
 */
export function loaded<T extends object>(fields: Fields<T>, row: unknown, where: string, isWhole = false): T {
  const known = knownRow(row, where, (name) => Object.hasOwn(fields, name));
  const record: Partial<T> = {};
  for (const name of namesOf(fields)) {
    const given = known[String(name)];
    const { none, load, name: expected, isLater = false } = fields[name];
    const value = given === undefined && none && (isLater || !isWhole) ? none() : load(given);
    if (value === undefined) throw new BadField(fieldIn(where, String(name)), expected);
    record[name] = value;
  }
  return record as T; // a table has every field of its record
}

/** The fields that a row has. @throws a {@link BadField} */
export function loadedSome<T extends object>(fields: Fields<T>, row: unknown, where: string): Partial<T> {
  const known = knownRow(row, where, (name) => Object.hasOwn(fields, name));
  const record: Partial<T> = {};
  for (const name of namesOf(fields)) {
    if (known[String(name)] === undefined) continue;
    const value = fields[name].load(known[String(name)]);
    if (value === undefined) throw new BadField(fieldIn(where, String(name)), fields[name].name);
    record[name] = value;
  }
  return record;
}

/** A row with known fields only. @throws a {@link BadField} */
export function knownRow(row: unknown, where: string, isKnown: (name: string) => boolean): Record<string, unknown> {
  if (!isRecord(row)) throw new BadField(where, "a record");
  for (const name of Object.keys(row)) {
    if (!isKnown(name)) throw new BadField(fieldIn(where, name.slice(0, 40)), "a field of a journal");
  }
  return row;
}

export function fieldIn(where: string, name: string): string {
  return where === "" ? name : `${where}.${name}`;
}

export function namesOf<T extends object>(fields: Fields<T>): (keyof T)[] {
  return Object.keys(fields) as (keyof T)[]; // a table has the keys of its record and no others
}

function loadedAll<V>(of: Kind<V>, list: readonly unknown[]): V[] | undefined {
  const all: V[] = [];
  for (const member of list) {
    const value = of.load(member);
    if (value === undefined) return undefined;
    all.push(value);
  }
  return all;
}
