/** The published declarations: they need no other package, and users can import every type that they name. */
import { join, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { IS_RELEASE } from "./sizes.js";

const dist = join(resolve(import.meta.dirname, ".."), "dist/");
const names = ["index", "bot/index", "server/index", "testing/index", "protocol/index"];
const entries = names.map((name) => join(dist, `${name}.d.ts`));
const program = ts.createProgram(entries, {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  types: ["node"],
  strict: true,
  skipLibCheck: false,
  noEmit: true,
});
const checker = program.getTypeChecker();
const isOurs = (file: ts.SourceFile): boolean => file.fileName.startsWith(dist);

test.runIf(IS_RELEASE)("the declarations compile without skipLibCheck", () => {
  const complaints = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(complaints).toEqual([]);
});

test("the declarations name no type of another package", () => {
  const imported = program
    .getSourceFiles()
    .filter(isOurs)
    .flatMap((file) => ts.preProcessFile(file.text).importedFiles.map(({ fileName }) => fileName));
  expect(imported.length).toBeGreaterThan(10);
  expect(imported.filter((name) => !name.startsWith("."))).toEqual([]);
});

/** Steps of the type that the compiler works out for a command's arguments: users see its result, not these. */
const STEPS_OF_ARGUMENTS =
  "Flat Within Without Trimmed HasStray RequiredAfterOptional HeadOf NameOf Bare TypeOf BuiltIn"
    .concat(" RequiredValue OptionalValue MaybeValue ValueOf OwnValue ChoiceOf UnknownType ItemOf PatternProblem")
    .split(" ");

test("the declarations name no type that no entry exports", () => {
  const real = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set(
    entries.flatMap((path) => {
      const file = program.getSourceFile(path);
      const module = file && checker.getSymbolAtLocation(file);
      return module ? checker.getExportsOfModule(module).map(real) : [];
    }),
  );
  expect(exported.size).toBeGreaterThan(150);

  const unnamed = new Set<string>();
  const visit = (node: ts.Node): void => {
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined;
    const found = name && checker.getSymbolAtLocation(name);
    const symbol = found && real(found);
    const isOfModule = symbol?.declarations?.some((at) => ts.isSourceFile(at.parent) && isOurs(at.parent));
    if (symbol && isOfModule && !exported.has(symbol)) unnamed.add(symbol.name);
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles().filter(isOurs)) visit(file);
  for (const step of STEPS_OF_ARGUMENTS) unnamed.delete(step);
  expect([...unnamed]).toEqual([]);
});
