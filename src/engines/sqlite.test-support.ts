/** Shared by the tests of SQLite: the engines of this runtime, and a content. */
import { join } from "node:path";
import { temporaryFolder } from "../../test/temporary.js";
import type { SqliteContent } from "./sqlite.js";
import { nodeEngine } from "./sqlite-node.js";

/** Whether this runtime has `node:sqlite`. */
export const hasNode: boolean = nodeEngine() !== undefined;

/** The engines of this runtime. */
export const engines: readonly ("wasm" | "node")[] = hasNode ? ["wasm", "node"] : ["wasm"];
if (!hasNode) console.warn(`not tested: the engine node:sqlite, which Node ${process.version} does not have`);

export const NOTES: SqliteContent = {
  name: "a list of notes",
  id: 0x1234,
  versions: ["CREATE TABLE note (id INTEGER PRIMARY KEY, text)"],
};

/** The path of a database that does not exist. */
export const newPath = (): string => join(temporaryFolder(), "notes.db");
