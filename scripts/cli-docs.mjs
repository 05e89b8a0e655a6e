// Writes docs/cli.md from the table of commands: `npm run cli-docs`. A test fails if it is out of date.
import { writeFileSync } from "node:fs";
import { cliReference } from "../dist/cli/table/reference.js";

writeFileSync(new URL("../docs/cli.md", import.meta.url), cliReference());
