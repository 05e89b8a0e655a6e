/** `chatexchange new-bot`: writes a bot with a test into an empty folder. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileReason, fileRemedy } from "../../storage/failures.js";
import { codeOf } from "../../util/error-code.js";
import type { CliContext } from "../context.js";
import { CliError, EXIT_CODES } from "../exit-codes.js";
import { oneLine } from "../output/text.js";
import { type Flags, textFlag, usageError } from "../table/arguments.js";
import { packageSpec } from "./package-spec.js";
import { projectFiles } from "./project-files.js";
import { sourceFiles } from "./source-files.js";

/** A name for npm, Docker, systemd and a user agent alike. */
const NAME = /^[a-z](?:-?[a-z0-9])*$/;
const MAX_NAME_LENGTH = 50;
/** Packages that the bot depends on: npm installs no package into a project of the same name. */
const TAKEN = ["chatexchange-ts", "node-sqlite3-wasm", "typescript"];

export async function run(context: CliContext, [dir = ""]: readonly string[], flags: Flags): Promise<number> {
  const folder = resolve(dir);
  const name = checkedName(textFlag(flags, "name"), folder);
  await checkEmpty(folder);
  const bot = { name, packageSpec: textFlag(flags, "package") ?? packageSpec() };
  const files = { ...sourceFiles(name), ...projectFiles(bot) };
  for (const [path, text] of Object.entries(files)) await write(join(folder, path), text);
  if (context.json) {
    await context.printJson({ folder, name, files: Object.keys(files) });
    return EXIT_CODES.success;
  }
  await context.print(`Wrote ${name} into ${oneLine(folder)}:\n\n  ${Object.keys(files).join("\n  ")}\n\nNext:\n`);
  const steps = ["npm install", "npm test", "npm start"];
  for (const step of folder === process.cwd() ? steps : [`cd ${shellWord(dir)}`, ...steps])
    await context.print(`  ${context.style("bold", step)}`);
  await context.print("\nnpm start runs it at a chat server on this machine, until .env has an account.");
  return EXIT_CODES.success;
}

function checkedName(given: string | undefined, folder: string): string {
  const name = given ?? basename(folder);
  const shown = JSON.stringify(name);
  const remedy = given === undefined ? "; pass --name" : "";
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH)
    throw usageError(
      `the name of a bot is at most ${MAX_NAME_LENGTH} lower-case letters, digits and single hyphens, not ${shown}${remedy}`,
    );
  if (TAKEN.includes(name)) throw usageError(`the bot cannot be named like a package that it needs, ${shown}${remedy}`);
  return name;
}

async function checkEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw cannot("read", folder, error);
  });
  // A repository without files is empty, too.
  const found = names.find((name) => name !== ".git");
  if (found !== undefined)
    throw new CliError(
      `${oneLine(folder)} is not empty: it has ${oneLine(found)}; choose another folder`,
      EXIT_CODES.failure,
    );
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    throw cannot("write", path, error);
  }
}

function cannot(what: string, path: string, error: unknown): CliError {
  const reason = fileReason(error) ?? (error instanceof Error ? error.message : String(error));
  return new CliError(`cannot ${what} ${oneLine(path)}: ${reason}; ${fileRemedy(error)}`, EXIT_CODES.failure, error);
}

/** A word for a shell, quoted if it has to be. */
function shellWord(word: string): string {
  return /^[\w./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
