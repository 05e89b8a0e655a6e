// Compiles programs that use the packed package, with every compiler and setting of a table: `npm run test:types`.
// `skipLibCheck` is false in all of them, so that the declarations of the package are checked, too.
import { readFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toolCommand } from "./tools/install.mjs";
import { installPacked, root, run } from "./tools/packed.mjs";
import { inTurns, table } from "./tools/table.mjs";

const compilers = { "TypeScript 5.9": "typescript5", "TypeScript 6.0": "typescript6", "TypeScript 7.0": "typescript7" };

/** The compiler options that README.md recommends. */
const recommended = recommendedOptions(readFileSync(join(root, "README.md"), "utf8"));

const strictest = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
};

const bundler = { module: "esnext", moduleResolution: "bundler" };

/** The differences from the recommended options, and the program: scripts/types/… */
const settings = {
  "as README.md says": {},
  "module: node16": { options: { module: "node16", moduleResolution: "node16", target: "es2022" } },
  "moduleResolution: bundler": { options: bundler },
  "module: preserve, no emit for a bundler": {
    options: { ...bundler, module: "preserve", allowImportingTsExtensions: true },
  },
  "every strict option": { options: strictest },
  "not strict": { options: { strict: false } },
  "lib: esnext": { options: { target: "esnext", lib: ["esnext"] } },
  "with the types of a browser, too": { options: { lib: ["es2023", "dom", "dom.iterable", "esnext.disposable"] } },
  "entries with those of a browser alone": {
    options: { ...bundler, types: [], lib: ["es2023", "dom", "esnext.disposable"] },
    program: "entries.ts",
  },
  "declarations of a library": { options: { declaration: true, noEmit: false, outDir: "out" }, program: "library.ts" },
  "CommonJS, await import": { options: { module: "node16", moduleResolution: "node16" }, program: "dynamic.cts" },
  "CommonJS, require of a module": { program: "required.cts" },
  "without `types` and `lib`": { options: { types: undefined, lib: undefined }, program: "entries.ts", mayLack: true },
};

/** The names without which the declarations do not compile; README.md says which options bring them. */
const needed = ["AbortSignal", "AsyncDisposable", "Disposable", "URL", "asyncDispose", "dispose"];

const { folder, remove } = await installPacked("@types/node@20");
try {
  await cp(join(root, "scripts/types"), folder, { recursive: true });
  const tsc = {};
  for (const [name, set] of Object.entries(compilers)) tsc[name] = await toolCommand(set, "tsc");
  const pairs = Object.keys(settings).flatMap((setting) => Object.keys(compilers).map((name) => [setting, name]));
  const results = await inTurns(2, pairs, ([setting, name]) => compile(tsc[name], name, setting));
  const width = Object.keys(compilers).length;
  const rows = Object.keys(settings).map((setting, index) => {
    const cells = results.slice(index * width, (index + 1) * width);
    return [setting, ...cells.map(({ complaints, lacks }) => (complaints ? "no" : lacks ? `lacks ${lacks}` : "yes"))];
  });
  console.log(table(["setting", ...Object.keys(compilers)], rows));
  for (const [index, { complaints }] of results.entries())
    if (complaints) console.log(`\n${pairs[index].join(", ")}:\n${complaints.slice(0, 2000)}`);
  process.exitCode = results.some(({ complaints }) => complaints) ? 1 : 0;
} finally {
  await remove();
}

/**
 * Compiles one program with one setting.
 * @returns the compiler's complaints, if any, and the needed names that they are about where a setting may lack some
 */
async function compile(tsc, name, setting) {
  const { options = {}, program = "program.ts", mayLack = false } = settings[setting];
  const project = join(folder, `${name} ${setting}`.replace(/[^\w.]+/g, "-"));
  await mkdir(project);
  await cp(join(folder, program), join(project, program));
  const compilerOptions = { ...recommended, noEmit: true, skipLibCheck: false, ...options };
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
    if (!isExpected || !names.every((lacked) => needed.includes(lacked))) return { complaints };
    return { lacks: [...new Set(names)].sort().join(", ") };
  }
}

function recommendedOptions(readme) {
  const [, json] = /```json\n(\{\s*"compilerOptions"[^`]*)```/.exec(readme) ?? [];
  if (!json) throw new Error("README.md has no tsconfig");
  return JSON.parse(json).compilerOptions;
}
