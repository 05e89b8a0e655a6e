// Compiles programs that use the packed package, with every compiler and every setting of a table: `npm run test:types`.
// `skipLibCheck` is false in all of them, so that the package's declarations are checked as well.
import { readFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toolCommand } from "./tools/install.mjs";
import { installPacked, ROOT, run } from "./tools/packed.mjs";
import { inTurns, table } from "./tools/table.mjs";

const COMPILERS = { "TypeScript 5.9": "typescript5", "TypeScript 6.0": "typescript6", "TypeScript 7.0": "typescript7" };

/** The compiler options that docs/runtimes.md recommends. */
const RECOMMENDED = recommendedOptions(readFileSync(join(ROOT, "docs/runtimes.md"), "utf8"));

const STRICTEST = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
};

const BUNDLER = { module: "esnext", moduleResolution: "bundler" };

/** The differences from the recommended options, and the program: scripts/types/… */
const SETTINGS = {
  "as above": {},
  "module: node16": { options: { module: "node16", moduleResolution: "node16", target: "es2022" } },
  "moduleResolution: bundler": { options: BUNDLER },
  "module: preserve, no emit for a bundler": {
    options: { ...BUNDLER, module: "preserve", allowImportingTsExtensions: true },
  },
  "every strict option": { options: STRICTEST },
  "not strict": { options: { strict: false } },
  "lib: esnext": { options: { target: "esnext", lib: ["esnext"] } },
  "with the types of a browser, too": { options: { lib: ["es2023", "dom", "dom.iterable", "esnext.disposable"] } },
  "entries with those of a browser alone": {
    options: { ...BUNDLER, types: [], lib: ["es2023", "dom", "esnext.disposable"] },
    program: "entries.ts",
  },
  "declarations of a library": { options: { declaration: true, noEmit: false, outDir: "out" }, program: "library.ts" },
  "CommonJS, await import": { options: { module: "node16", moduleResolution: "node16" }, program: "dynamic.cts" },
  "CommonJS, require of a module": { program: "required.cts" },
  "without `types` and `lib`": { options: { types: undefined, lib: undefined }, program: "entries.ts", mayLack: true },
};

/** The global names that the declarations need; docs/runtimes.md lists the options that provide them. */
const NEEDED_NAMES = ["AbortSignal", "AsyncDisposable", "Disposable", "URL", "asyncDispose", "dispose"];

const { folder, remove } = await installPacked("@types/node@20");
try {
  await cp(join(ROOT, "scripts/types"), folder, { recursive: true });
  const tsc = {};
  for (const [name, set] of Object.entries(COMPILERS)) tsc[name] = await toolCommand(set, "tsc");
  const pairs = Object.keys(SETTINGS).flatMap((setting) => Object.keys(COMPILERS).map((name) => [setting, name]));
  const results = await inTurns(2, pairs, ([setting, name]) => compile(tsc[name], name, setting));
  const width = Object.keys(COMPILERS).length;
  const rows = Object.keys(SETTINGS).map((setting, index) => {
    const cells = results.slice(index * width, (index + 1) * width);
    return [setting, ...cells.map(({ complaints, lacks }) => (complaints ? "no" : lacks ? `lacks ${lacks}` : "yes"))];
  });
  console.log(table(["setting", ...Object.keys(COMPILERS)], rows));
  for (const [index, { complaints }] of results.entries())
    if (complaints) console.log(`\n${pairs[index].join(", ")}:\n${complaints.slice(0, 2000)}`);
  process.exitCode = results.some(({ complaints }) => complaints) ? 1 : 0;
} finally {
  await remove();
}

/**
 * Compiles one program with one setting.
 * @returns the compiler's errors, if any; or the missing global names, if the setting may lack some
 */
async function compile(tsc, name, setting) {
  const { options = {}, program = "program.ts", mayLack = false } = SETTINGS[setting];
  const project = join(folder, `${name} ${setting}`.replace(/[^\w.]+/g, "-"));
  await mkdir(project);
  await cp(join(folder, program), join(project, program));
  const compilerOptions = { ...RECOMMENDED, noEmit: true, skipLibCheck: false, ...options };
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [program] }));
  try {
    await run(tsc, ["-p", project]);
    return {};
  } catch (error) {
    const complaints = `${error.stdout}${error.stderr}` || String(error);
    const names = [...complaints.matchAll(/error TS\d+: (?:Cannot find name|Property) '(\w+)'/g)].map(
      ([, lacked]) => lacked,
    );
    const isExpected = mayLack && names.length === complaints.match(/error TS/g)?.length;
    if (!isExpected || !names.every((lacked) => NEEDED_NAMES.includes(lacked))) return { complaints };
    return { lacks: [...new Set(names)].sort().join(", ") };
  }
}

function recommendedOptions(page) {
  const [, json] = /```json\n(\{\s*"compilerOptions"[^`]*)```/.exec(page) ?? [];
  if (!json) throw new Error("docs/runtimes.md has no tsconfig");
  return JSON.parse(json).compilerOptions;
}
