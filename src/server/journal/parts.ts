/**
 * The changed parts of a record in a row: a field that has another value, `+field` with the members that came or changed, and
 * `-field` with the keys of those that went. Applied again to a record that has them already, rows change nothing.
 */
import { isRecord } from "../../protocol/values.js";
import type { Parts } from "../world/changes.js";
import { BadField, type Fields, fieldIn, id, namesOf } from "./fields.js";

export function storedParts<T extends { readonly id: number }>(
  fields: Fields<T>,
  record: T,
  parts: Parts,
): Record<string, unknown> {
  const row: Record<string, unknown> = { id: record.id };
  for (const name of namesOf(fields)) {
    const keys = parts.get(name);
    if (keys === undefined) continue;
    const { store, members } = fields[name];
    if (keys === "all" || !members) {
      row[String(name)] = store(record[name]);
      continue;
    }
    const here = [...keys].map((key) => [key, members.store(record[name], key)] as const);
    const came = here.flatMap(([, member]) => (member === undefined ? [] : [member]));
    const went = here.flatMap(([key, member]) => (member === undefined ? [key] : []));
    if (came.length > 0) row[`+${String(name)}`] = came;
    if (went.length > 0) row[`-${String(name)}`] = went;
  }
  return row;
}

/** The id of the record that a row changes. @throws a {@link BadField} */
export function changedId(row: unknown, where: string): number {
  const found = isRecord(row) ? id.load(row.id) : undefined;
  if (found === undefined) throw new BadField(fieldIn(where, "id"), id.name);
  return found;
}

/** A record with the changes of a row. @throws a {@link BadField} */
export function withParts<T extends object>(fields: Fields<T>, before: T, row: unknown, where: string): T {
  const after = { ...before };
  for (const [given, value] of Object.entries(isRecord(row) ? row : {})) {
    if (given === "id") continue;
    const name = namesOf(fields).find((known) => String(known) === given.replace(/^[+-]/, ""));
    const place = fieldIn(where, given.slice(0, 40));
    if (name === undefined) throw new BadField(place, "a field of a journal");
    const loaded = changedValue(fields, name, given, after[name], value);
    if (loaded === undefined) throw new BadField(place, fields[name].name);
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
  const { load, members } = fields[name];
  const sign = /^[+-]/.exec(given)?.[0];
  if (sign === undefined) return load(stored);
  if (!members || !Array.isArray(stored)) return undefined;
  let after: T[K] | undefined = before;
  for (const member of stored) {
    if (after === undefined) return undefined;
    after = sign === "+" ? members.put(after, member) : members.drop(after, member);
  }
  return after;
}
