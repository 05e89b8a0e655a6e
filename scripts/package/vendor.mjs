// Bundles libraries into dist/vendor, so that installing the package installs only what faces the network: undici, ws
// and tough-cookie. Sources import a library by its name; the build rewrites those imports in dist.
// docs/decisions/0014-bundled-libraries.md says which libraries are bundled and why.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { rolldown } from "rolldown";
import ts from "typescript";

/** The libraries that the package brings along. Each is a devDependency with a version that package-lock.json holds. */
const BUNDLED = [
  "@clack/prompts",
  "@hono/node-server",
  "croner",
  "css-select",
  "entities",
  "env-paths",
  "hono",
  "htmlparser2",
];

const FOLDER = "vendor";
const LICENSE_FILE = /^(?:licen[cs]e|copying)/i;

/**
 * Bundles the libraries that the compiled files import, and makes those files import the bundles.
 * @param dist - the folder of the compiled files
 * @param manifest - package.json, whose dependencies stay imports by name
 */
export async function bundleLibraries(dist, manifest) {
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(dist, name));
  const isOutside = outsideTest(manifest);
  const imports = files.flatMap((file) => importsIn(file).filter(({ specifier }) => isOutside(specifier, file)));
  const output = await bundle(namesBySpecifier(imports), dist);
  rewrite(imports, dist);
  writeFileSync(join(dist, FOLDER, "LICENSES.md"), licensesOf(output));
}

/** Tells imports to bundle; throws for a package that is neither a dependency nor bundled. */
function outsideTest({ dependencies, peerDependencies }) {
  const installed = Object.keys({ ...dependencies, ...peerDependencies });
  return (specifier, file) => {
    if (/^(?:\.|node:)/.test(specifier)) return false;
    const name = packageOf(specifier);
    if (installed.includes(name)) return false;
    if (BUNDLED.includes(name)) return true;
    throw new Error(`${file} imports ${specifier}, which is neither a dependency nor bundled`);
  };
}

function packageOf(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Each import of a compiled file: specifier, its place in the text, and the imported names; no names mean all. */
function importsIn(file) {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  const found = [];
  const add = (node, names) =>
    found.push({ file, specifier: node.text, start: node.getStart(source), end: node.end, names });
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedNames(node.importClause));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, undefined);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], destructuredNames(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function importedNames(clause) {
  const named = clause?.namedBindings;
  if (!clause || (named && ts.isNamespaceImport(named))) return undefined;
  const names = named ? named.elements.map(({ name, propertyName }) => (propertyName ?? name).text) : [];
  return clause.name ? [...names, "default"] : names;
}

/** The names in `const { … } = await import("…")`. */
function destructuredNames(call) {
  const pattern = ts.isAwaitExpression(call.parent) && call.parent.parent.name;
  if (!pattern || !ts.isObjectBindingPattern(pattern)) return undefined;
  return pattern.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

function namesBySpecifier(imports) {
  const names = new Map();
  for (const { specifier, names: some } of imports) {
    const known = names.get(specifier) ?? new Set();
    names.set(specifier, known === undefined || some === undefined ? undefined : new Set([...known, ...some]));
  }
  return names;
}

function fileNameOf(specifier) {
  return `${specifier.replace(/^@/, "").replaceAll("/", "-")}.js`;
}

/** Writes one file for each specifier, with the imported names alone, and chunks for what several files share. */
async function bundle(names, dist) {
  const entry = (specifier) =>
    names.get(specifier) === undefined
      ? `export * from "${specifier}";`
      : `export { ${[...names.get(specifier)].sort().join(", ")} } from "${specifier}";`;
  const manifest = join(dist, "../package.json");
  const build = await rolldown({
    input: Object.fromEntries([...names.keys()].sort().map((name) => [fileNameOf(name).slice(0, -3), `entry:${name}`])),
    platform: "node",
    checks: { pluginTimings: false },
    plugins: [
      {
        name: "entries",
        resolveId(id, importer) {
          if (id.startsWith("entry:")) return id;
          return importer?.startsWith("entry:") ? this.resolve(id, manifest) : null;
        },
        load: (id) => (id.startsWith("entry:") ? entry(id.slice("entry:".length)) : null),
      },
    ],
  });
  const { output } = await build.write({
    dir: join(dist, FOLDER),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "shared/[name].js",
    minify: true,
  });
  await build.close();
  for (const { fileName, code } of output)
    if (/^import\s*"/m.test(code)) throw new Error(`${fileName} is imported for its effects, which bundlers drop`);
  return output;
}

function rewrite(imports, dist) {
  for (const file of new Set(imports.map((one) => one.file))) {
    const inFile = imports.filter((one) => one.file === file);
    let text = readFileSync(file, "utf8");
    for (const { specifier, start, end } of inFile.toSorted((a, b) => b.start - a.start)) {
      const path = relative(dirname(file), join(dist, FOLDER, fileNameOf(specifier))).replaceAll("\\", "/");
      text = `${text.slice(0, start)}"${path.startsWith(".") ? path : `./${path}`}"${text.slice(end)}`;
    }
    writeFileSync(file, text);
  }
}

/** The names, versions and licenses of all packages whose code is in the bundles. */
function licensesOf(output) {
  const folders = new Set();
  for (const { modules } of output)
    for (const [id, { renderedLength }] of Object.entries(modules))
      if (renderedLength > 0 && !/^(?:entry:|\0)/.test(id)) folders.add(folderOf(id));
  // npm may have installed one version at several places.
  const packages = new Map();
  for (const folder of folders) {
    const { name, version, license } = manifestIn(folder);
    packages.set(`${name} ${version}`, { folder, name, version, license });
  }
  const sections = [...packages.keys()].sort().map((key) => {
    const { folder, name, version, license } = packages.get(key);
    const file = readdirSync(folder).find((name) => LICENSE_FILE.test(name));
    if (!file) throw new Error(`${name} ${version} has no license file`);
    return `## ${name} ${version}\n\n${license}\n\n\`\`\`text\n${readFileSync(join(folder, file), "utf8").trim()}\n\`\`\`\n`;
  });
  return `# Bundled libraries\n\nThe files of this folder contain code of these packages.\n\n${sections.join("\n")}`;
}

/** The folder of the package that a module belongs to: the nearest one whose package.json has a version. */
function folderOf(id) {
  let folder = dirname(id);
  while (!manifestIn(folder)?.version) folder = dirname(folder);
  return folder;
}

function manifestIn(folder) {
  const path = join(folder, "package.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
