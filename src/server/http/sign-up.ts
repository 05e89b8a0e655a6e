/** Sign-up on a local server: validates the name and the email, and creates the account. */
import type { Account } from "../network.js";
import { Refusal } from "../world/refusal.js";
import type { Call } from "./call.js";

/** The password of all accounts created here, as of all users of a local server by default. */
const PASSWORD = "password";
/** Bounds memory on a server that is left open. */
const MAX_PEOPLE = 10_000;

/**
 * Creates an account, and a user on every site that has none with that email.
 * @throws a {@link Refusal} that explains what is wrong with the name or the email
 */
export function createAccount({ network, sites }: Call, givenName: string, givenEmail: string): Account {
  const name = checkedName(givenName);
  const worlds = [...sites.values()].map((state) => state.world);
  const known = fold(name);
  if (worlds.some(({ users }) => [...users.values()].some((user) => fold(user.name) === known))) {
    throw new Refusal("bad-request", `The name ${name} is already taken. Please choose another one.`);
  }
  if (worlds.some(({ users }) => users.size >= MAX_PEOPLE)) {
    throw new Refusal("bad-request", "This server has reached its limit of users.");
  }
  const email = givenEmail.trim() === "" ? freeEmail(network, name) : checkedEmail(givenEmail);
  if (network.account(email)) {
    throw new Refusal(
      "bad-request",
      `An account with the email ${email} already exists. Log in, or use another email.`,
    );
  }
  const account = network.addAccount(email, name, PASSWORD);
  for (const world of worlds) if (!world.userByEmail(email)) world.addUser({ name, email });
  return account;
}

function checkedName(given: string): string {
  const name = given.normalize("NFC").replace(/\s+/gu, " ").trim();
  const length = [...name].length;
  if (length < 3) throw new Refusal("bad-request", "A name must have at least 3 characters.");
  if (length > 30) throw new Refusal("bad-request", `A name can have at most 30 characters; this one has ${length}.`);
  // Control, format and filler characters could reverse a page's text or make two names look alike. U+FE0F colors emoji.
  if (/[\p{C}\p{Zl}\p{Zp}\u2666\u2662\u2800]|(?!\ufe0f)\p{DI}/u.test(name)) {
    throw new Refusal("bad-request", "A name cannot contain invisible characters or a moderator's diamond.");
  }
  if (!/[\p{L}\p{N}]/u.test(name)) throw new Refusal("bad-request", "A name must contain a letter or a digit.");
  return name;
}

function checkedEmail(given: string): string {
  const email = given.trim().toLowerCase();
  if (email.length > 100 || !/^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email)) {
    throw new Refusal("bad-request", "That does not look like an email address. Leave it empty to get one.");
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

/** Folds case, accents and spaces, so that names which look alike compare as equal. */
function fold(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\p{M}\s]/gu, "")
    .toLowerCase();
}
