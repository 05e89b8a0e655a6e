// Bundles a bot with the packed package, and runs each bundle against a local server: `npm run test:bundles`.
import { copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installTools } from "./tools/install.mjs";
import { installPacked, ROOT, run } from "./tools/packed.mjs";
import { table } from "./tools/table.mjs";

const RUN_LIMIT_MS = 60_000;

/** A module that blocks connections to other machines. */
const GUARD = join(ROOT, "test/only-loopback.mjs");

const EXPECTED_OUTPUT = ["Sandbox", "MessagePosted: hello", "MessageEdited: hello, world", "no such room"].join("\n");

/** The error of a bundle that cannot run refers to this section. */
const ADVICE = 'docs/runtimes.md, "Bundlers"';

const { folder, remove } = await installPacked();
try {
  const tools = createRequire(join(await installTools("bundlers"), "any.js"));
  const bot = join(folder, "bot.mjs");
  await copyFile(join(ROOT, "scripts/bundles/bot.mjs"), bot);
  const rows = [];
  for (const [name, bundle] of Object.entries(bundlers(tools))) {
    const out = join(folder, "bundles", name.replace(/\W+/g, "-"));
    await mkdir(out, { recursive: true });
    const failure = await bundle(bot, out)
      .then((file) => runAlone(file))
      .catch((error) => `${error.message}\n${error.stderr ?? ""}`);
    const runs = !failure ? "yes" : failure.includes(ADVICE) ? "says what it needs" : "no";
    rows.push([name, runs, `${await kilobytes(out)} kB`]);
    const isExpected = name.endsWith("without options") ? runs !== "no" : runs === "yes";
    if (isExpected) continue;
    console.log(`${name}: ${failure}\n`);
    process.exitCode = 1;
  }
  console.log(table(["bundle", "runs", "size"], rows));
} finally {
  await remove();
}

/** The bundlers by name. Each takes the bot and a folder, and resolves to the file to run. docs/runtimes.md has the options. */
function bundlers(tools) {
  const esbuild = (format, options) => async (bot, out) => {
    const outfile = join(out, format === "esm" ? "bot.mjs" : "bot.cjs");
    const common = { bundle: true, platform: "node", target: "node20", logLevel: "silent" };
    await tools("esbuild").build({ entryPoints: [bot], outfile, format, ...common, ...options });
    return outfile;
  };
  const rollup = (format, options) => async (bot, out) => {
    const { rollup } = await import(pathToFileURL(tools.resolve("rollup")).href);
    const plugins = [
      tools("@rollup/plugin-node-resolve").nodeResolve({ preferBuiltins: true, exportConditions: ["node"] }),
      tools("@rollup/plugin-commonjs").default(options),
      tools("@rollup/plugin-json").default(),
    ];
    const bundle = await rollup({ input: bot, plugins, logLevel: "silent" });
    const ending = format === "es" ? "mjs" : "cjs";
    const names = { entryFileNames: `[name].${ending}`, chunkFileNames: `[name]-[hash].${ending}` };
    const { output } = await bundle.write({ dir: out, format, ...names });
    return join(out, output[0].fileName);
  };
  const banner = {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  };
  return {
    "esbuild, ESM": esbuild("esm", { banner }),
    "esbuild, ESM, minified": esbuild("esm", { banner, minify: true }),
    "esbuild, CommonJS": esbuild("cjs"),
    "esbuild, CommonJS, minified": esbuild("cjs", { minify: true }),
    "rollup, ESM": rollup("es", { ignore: ["node:sqlite"] }),
    "rollup, CommonJS": rollup("cjs", { ignore: ["node:sqlite"] }),
    "esbuild, ESM, without options": esbuild("esm"),
    "rollup, ESM, without options": rollup("es"),
  };
}

/** Runs a bundle without `node_modules`. Resolves to the failure, or undefined. */
async function runAlone(file) {
  const { ChatServer } = await import(pathToFileURL(join(ROOT, "dist/server/index.js")).href);
  const server = await ChatServer.start({ world: "empty" });
  try {
    const { email, password } = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "pw" });
    const given = ["--import", GUARD, file, server.site.url, email, password];
    const { stdout, stderr } = await run(process.execPath, given, { timeout: RUN_LIMIT_MS });
    const printed = `${stdout}${stderr}`.trim();
    return printed === EXPECTED_OUTPUT ? undefined : `printed ${printed}`;
  } finally {
    await server.close();
  }
}

async function kilobytes(out) {
  const files = await readdir(out);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(out, file))).size));
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000);
}
