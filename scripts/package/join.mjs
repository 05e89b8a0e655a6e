// Joins the compiled files: one file for each layer, and one for each part that is loaded on demand. A file for each
// module would cost half a block of the disk and a moment of every start.
// docs/decisions/0015-one-file-for-each-layer.md has the measurements.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { rolldown } from "rolldown";

/** Each layer comes after those that it imports, because its file also takes what no file before it has taken. */
const LAYERS = [
  ["errors", "util", "storage", "engines", "protocol", "transport", "sending", "live", "objects", "cassette"],
  ["client", "server", "testing", "bot"],
].flat();

/** Two levels below the package, like the modules that look for package.json and `web`. */
const FOLDER = "parts";
const BUNDLED = "vendor";

/**
 * Joins the files of a folder in place.
 * @param dist - the folder of the compiled files, with the bundled libraries in it and nothing else
 * @param entries - the files that users and scripts load, such as `server/index`
 */
export async function joinFiles(dist, entries) {
  // Helpers of the bundler are written into the output; it does not split the tag "</script" without one.
  const isInside = (id) => /^[./]|^[A-Z]:|^@oxc-project\/runtime\//.test(id);
  const isBundled = (id) => id.replaceAll("\\", "/").includes(`/${BUNDLED}/`);
  const build = await rolldown({
    cwd: dist,
    input: Object.fromEntries(entries.map((name) => [name, join(dist, `${name}.js`)])),
    platform: "node",
    external: (id) => !isInside(id) || isBundled(id),
  });
  const { output } = await build.generate({
    dir: dist,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: `${FOLDER}/[name].js`,
    minifyInternalExports: false,
    codeSplitting: {
      groups: LAYERS.map((name, index) => ({
        name,
        test: (id) => id.startsWith(join(dist, name) + sep),
        // A module that is loaded on demand stays apart: it may need a package that is not installed.
        tags: ["$initial"],
        priority: LAYERS.length - index,
      })),
    },
  });
  await build.close();
  for (const name of readdirSync(dist)) if (name !== BUNDLED) rmSync(join(dist, name), { recursive: true });
  for (const { fileName, code } of output) {
    mkdirSync(dirname(join(dist, fileName)), { recursive: true });
    writeFileSync(join(dist, fileName), code);
  }
}
