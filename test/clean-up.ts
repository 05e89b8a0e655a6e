/** Runs after each test file, after the file's own hooks. */
import { afterAll } from "vitest";
import { removeTemporaryFolders } from "./temporary.js";

afterAll(removeTemporaryFolders);
