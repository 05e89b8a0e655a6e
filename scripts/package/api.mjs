// Reads the public surface out of the declarations in dist/: one readable text for each entry, and the exports and
// members without a doc comment.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** The declarations of the entries in package.json, such as `./server` → `dist/server/index.d.ts`. */
function entriesOf(root) {
  const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(exports)
    .filter(([, target]) => target.types)
    .map(([path, { types }]) => ({ entry: name + path.slice(1), path: join(root, types) }));
}

/**
 * The public surface.
 * @returns `reports` by file name, such as `server.md`; and `undocumented`, such as `chatexchange-ts Room.name`
 */
export function readApi(root) {
  const entries = entriesOf(root);
  const program = ts.createProgram(
    entries.map(({ path }) => path),
    {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
      strict: true,
      noEmit: true,
    },
  );
  const checker = program.getTypeChecker();
  const firstEntry = new Map();
  const reports = new Map();
  const undocumented = [];
  for (const { entry, path } of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(path));
    const exports = checker.getExportsOfModule(module).toSorted((a, b) => compare(a.name, b.name));
    const sections = exports.map((symbol) => {
      const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (firstEntry.has(real)) return `// ${symbol.name}: as in ${firstEntry.get(real)}`;
      firstEntry.set(real, entry);
      undocumented.push(...undocumentedIn(real, checker).map((name) => `${entry} ${name}`));
      return real.declarations.map((declaration) => print(declaration, real.name, symbol.name, checker)).join("\n");
    });
    reports.set(fileNameOf(entry), reportOf(entry, sections));
  }
  return { reports, undocumented };
}

function fileNameOf(entry) {
  return `${entry.split("/")[1] ?? "client"}.md`;
}

function reportOf(entry, sections) {
  return [
    `# API of \`${entry}\``,
    "",
    "Written by `npm run api`. A change of this file is a change of the public API: the changelog has to mention it.",
    "",
    "```ts",
    sections.join("\n\n"),
    "```",
    "",
  ].join("\n");
}

/** A declaration without comments, its members sorted by name; overloads keep their order. */
function print(declaration, name, exportedName, checker) {
  // `typeof NAMES` would hide a change of the names.
  if (ts.isTypeAliasDeclaration(declaration) && /\btypeof\b/.test(declaration.type.getText())) {
    const flags = ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.NoTruncation;
    return `type ${exportedName} = ${checker.typeToString(checker.getTypeAtLocation(declaration), undefined, flags)};`;
  }
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const printer = ts.createPrinter({ removeComments: true });
  const text = printer.printNode(ts.EmitHint.Unspecified, sorted(node), node.getSourceFile());
  const plain = text.replace(/^(?:export |declare |default )+/, "");
  return name === exportedName ? plain : plain.replace(new RegExp(`\\b${name}\\b`), exportedName);
}

function sorted(node) {
  if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return node;
  const members = node.members
    .filter((member) => !(member.name && ts.isPrivateIdentifier(member.name)))
    .toSorted((a, b) => compare(nameOf(a), nameOf(b)));
  const { factory } = ts;
  const { modifiers, name, typeParameters, heritageClauses } = node;
  return ts.isClassDeclaration(node)
    ? factory.createClassDeclaration(modifiers, name, typeParameters, heritageClauses, members)
    : factory.createInterfaceDeclaration(modifiers, name, typeParameters, heritageClauses, members);
}

/** Constructors and call signatures have no name, and come first. */
function nameOf(member) {
  return member.name?.getText() ?? "";
}

function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}

/**
 * An export and its members, as far as nothing says what they are. A field of plain data may go without, because its
 * name and type say it all; a field of options may not, because its default has to be said.
 */
function undocumentedIn(symbol, checker) {
  const isDocumented = (one) => one.getDocumentationComment(checker).length > 0;
  const members = new Map();
  for (const declaration of symbol.declarations) {
    const holder = ts.isTypeAliasDeclaration(declaration) ? declaration.type : declaration;
    if (!ts.isClassDeclaration(holder) && !ts.isInterfaceDeclaration(holder) && !ts.isTypeLiteralNode(holder)) continue;
    for (const member of holder.members) {
      const { name } = member;
      if (!name || ts.isPrivateIdentifier(name) || isPlainData(member, symbol)) continue;
      members.set(`${symbol.name}.${name.getText()}`, checker.getSymbolAtLocation(name));
    }
  }
  const all = [[symbol.name, symbol], ...members];
  return all.filter(([, one]) => !isDocumented(one)).map(([name]) => name);
}

function isPlainData(member, { name }) {
  const isData = ts.isPropertySignature(member) && member.type && !ts.isFunctionTypeNode(member.type);
  return isData && !name.endsWith("Options");
}
