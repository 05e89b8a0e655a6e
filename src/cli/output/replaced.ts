/** The replacements of a recording, in words. */
import type { Kind, Replaced } from "../../cassette/pseudonyms.js";

const PLURALS: Readonly<Record<Kind, string>> = {
  name: "names",
  text: "texts",
  "user id": "user ids",
  number: "numbers",
  "fkey or token": "fkeys and tokens",
  cookie: "cookies",
  password: "passwords and e-mail addresses",
  address: "addresses",
};

/** Such as `3 names, 41 texts, 2 fkeys and tokens`: different values of each kind. */
export function replacedLine(replaced: Replaced): string {
  const kinds = Object.entries(PLURALS).flatMap(([kind, plural]) => {
    const count = Object.entries(replaced).find(([name]) => name === kind)?.[1] ?? 0;
    return count === 0
      ? []
      : [`${count} ${count === 1 && kind !== "fkey or token" && kind !== "password" ? kind : plural}`];
  });
  return kinds.length === 0 ? "nothing" : kinds.join(", ");
}
