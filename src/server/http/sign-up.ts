/** Signing up on a local server: the rules for a name and an email, and the account that comes of them. */
import type { Account } from "../network.js";
import { Refusal } from "../world/refusal.js";
import type { Call } from "./call.js";

/** The password of everybody made here, as of all people of a local server. */
const password = "password";
/** A server that is left open must not grow for ever. */
const maxPeople = 10_000;

/**
 * Makes a person with an account, on every site that has nobody with that email.
 * @throws a {@link Refusal} that says what is wrong with the name or the email.
 */
export function newPerson({ network, sites }: Call, givenName: string, givenEmail: string): Account {
  const name = checkedName(givenName);
  const worlds = [...sites.values()].map((state) => state.world);
  const known = fold(name);
  if (worlds.some(({ users }) => [...users.values()].some((user) => fold(user.name) === known))) {
    throw new Refusal("bad-request", `Somebody is called ${name} already. Please choose another name.`);
  }
  if (worlds.some(({ users }) => users.size >= maxPeople)) {
    throw new Refusal("bad-request", "This server has enough people.");
  }
  const email = givenEmail.trim() === "" ? freeEmail(network, name) : checkedEmail(givenEmail);
  if (network.account(email)) {
    throw new Refusal(
      "bad-request",
      `There is an account with the email ${email} already. Log in, or use another one.`,
    );
  }
  const account = network.addAccount(email, name, password);
  for (const world of worlds) if (!world.userByEmail(email)) world.addUser({ name, email });
  return account;
}

function checkedName(given: string): string {
  const name = given.normalize("NFC").replace(/\s+/gu, " ").trim();
  const length = [...name].length;
  if (length < 3) throw new Refusal("bad-request", "A name has at least 3 characters.");
  if (length > 30) throw new Refusal("bad-request", `A name has at most 30 characters; this one has ${length}.`);
  // Control, format and filling characters could turn a page around or make two names look alike; U+FE0F colours emoji.
  if (/[\p{C}\p{Zl}\p{Zp}\u2666\u2662\u2800]|(?!\ufe0f)\p{DI}/u.test(name)) {
    throw new Refusal("bad-request", "A name cannot have invisible characters or a moderator's diamond in it.");
  }
  if (!/[\p{L}\p{N}]/u.test(name)) throw new Refusal("bad-request", "A name needs a letter or a digit.");
  return name;
}

function checkedEmail(given: string): string {
  const email = given.trim().toLowerCase();
  if (email.length > 100 || !/^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email)) {
    throw new Refusal("bad-request", "That does not look like an email. Leave it empty to get one.");
  }
  return email;
}

function freeEmail(network: Call["network"], name: string): string {
  const base = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ".");
  for (let number = 1; ; number++) {
    const email = `${base}${number === 1 ? "" : number}@example.com`;
    if (!network.account(email)) return email;
  }
}

/** Two names are the same to a reader when they differ in case, accents and spaces only. */
function fold(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\p{M}\s]/gu, "")
    .toLowerCase();
}
