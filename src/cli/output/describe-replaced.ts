/** Describes the replacements in a recording. */
import type { ReplacedCounts, ReplacedKind } from "../../cassette/pseudonyms.js";

const PLURALS: Readonly<Record<ReplacedKind, string>> = {
  name: "names",
  text: "texts",
  "user id": "user ids",
  number: "numbers",
  "fkey or token": "fkeys and tokens",
  cookie: "cookies",
  password: "passwords and email addresses",
  address: "addresses",
};

/** Counts the distinct values of each kind, such as `3 names, 41 texts, 2 fkeys and tokens`. */
export function describeReplaced(replaced: ReplacedCounts): string {
  const kinds = Object.entries(PLURALS).flatMap(([kind, plural]) => {
    const count = Object.entries(replaced).find(([name]) => name === kind)?.[1] ?? 0;
    return count === 0
      ? []
      : [`${count} ${count === 1 && kind !== "fkey or token" && kind !== "password" ? kind : plural}`];
  });
  return kinds.length === 0 ? "nothing" : kinds.join(", ");
}
