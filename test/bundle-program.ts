/** Programs of `test/programs` as one file each, made of the sources: they start in half the time. */
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const root = resolve(import.meta.dirname, "..");

/** Bundles a program with everything that it imports. Resolves to the path of the file. */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  const bundle = await rolldown({
    input: join(root, "test/programs", `${name}.mjs`),
    platform: "node",
    transform: { target: "node20" },
    resolve: {
      alias: {
        "chatexchange-ts/bot": join(root, "src/bot/index.ts"),
        "chatexchange-ts": join(root, "src/index.ts"),
      },
      extensionAlias: { ".js": [".ts", ".js"] },
    },
    logLevel: "silent",
  });
  const file = join(folder, `${name}.mjs`);
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  return file;
}
