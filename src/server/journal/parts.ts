/**
 * The codec of changed parts of a record: a field with its new value, `+field` with members added or changed, and `-field`
 * with the keys of members removed. Applying a row is idempotent.
 */
import { isRecord } from "../../protocol/values.js";
import type { Parts } from "../world/changes.js";
import { BadField, type Fields, fieldNames, fieldPath, id } from "./fields.js";

export function encodeParts<T extends { readonly id: number }>(
  fields: Fields<T>,
  record: T,
  parts: Parts,
): Record<string, unknown> {
  const row: Record<string, unknown> = { id: record.id };
  for (const name of fieldNames(fields)) {
    const keys = parts.get(name);
    if (keys === undefined) continue;
    const { encode: store, members } = fields[name];
    if (keys === "all" || !members) {
      row[String(name)] = store(record[name]);
      continue;
    }
    const here = [...keys].map((key) => [key, members.encode(record[name], key)] as const);
    const came = here.flatMap(([, member]) => (member === undefined ? [] : [member]));
    const went = here.flatMap(([key, member]) => (member === undefined ? [key] : []));
    if (came.length > 0) row[`+${String(name)}`] = came;
    if (went.length > 0) row[`-${String(name)}`] = went;
  }
  return row;
}

/** Reads the id of the record that a row changes. @throws a {@link BadField} */
export function changedId(row: unknown, where: string): number {
  const found = isRecord(row) ? id.decode(row.id) : undefined;
  if (found === undefined) throw new BadField(fieldPath(where, "id"), id.description);
  return found;
}

/** Applies the changes of a row to a copy of a record. @throws a {@link BadField} */
export function applyParts<T extends object>(fields: Fields<T>, before: T, row: unknown, where: string): T {
  const after = { ...before };
  for (const [given, value] of Object.entries(isRecord(row) ? row : {})) {
    if (given === "id") continue;
    const name = fieldNames(fields).find((known) => String(known) === given.replace(/^[+-]/, ""));
    const place = fieldPath(where, given.slice(0, 40));
    if (name === undefined) throw new BadField(place, "a field of a journal");
    const loaded = changedValue(fields, name, given, after[name], value);
    if (loaded === undefined) throw new BadField(place, fields[name].description);
    after[name] = loaded;
  }
  return after;
}

function changedValue<T extends object, K extends keyof T>(
  fields: Fields<T>,
  name: K,
  given: string,
  before: T[K],
  stored: unknown,
): T[K] | undefined {
  const { decode: load, members } = fields[name];
  const sign = /^[+-]/.exec(given)?.[0];
  if (sign === undefined) return load(stored);
  if (!members || !Array.isArray(stored)) return undefined;
  let after: T[K] | undefined = before;
  for (const member of stored) {
    if (after === undefined) return undefined;
    after = sign === "+" ? members.put(after, member) : members.remove(after, member);
  }
  return after;
}
