import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diskBytesOf, installedPackages } from "../../scripts/package/installed.mjs";
import { MAX_DISK_MB, MAX_PACKAGES } from "../../scripts/package/limits.mjs";
import { ROOT, run } from "../../scripts/tools/packed.mjs";
import { bar } from "../support/bars.mjs";
import { inTurn, median, medianRatio, range, temporaryFolder } from "../support/measure.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 15);
const RIVAL = "chatexchange@0.6.5";

/** Installs one package into an empty folder; its packages, its size, and its folder. */
async function install(folder, spec) {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", spec], { cwd: folder });
  const packages = installedPackages(folder).length;
  return { folder, packages, bytes: diskBytesOf(join(folder, "node_modules")) };
}

function importMs(name, folder) {
  const program = `const begun = performance.now(); await import("${name}"); console.log(performance.now() - begun)`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: folder });
  return Number(stdout);
}

async function measure(folder) {
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [{ filename }] = JSON.parse((await run("npm", pack, { cwd: ROOT })).stdout);
  const ours = await install(join(folder, "ours"), join(folder, filename));
  const theirs = await install(join(folder, "theirs"), RIVAL);
  const candidates = {
    ours: () => importMs("chatexchange-ts", ours.folder),
    theirs: () => importMs("chatexchange", theirs.folder),
  };
  return { ours, theirs, times: await inTurn(candidates, { rounds: ROUNDS, warmup: 2 }) };
}

export const row = {
  title: "Import and install of the client",
  about: `
\`npm pack\`, then \`npm install\` of that file alone in an empty folder, and of \`${RIVAL}\` in another. Packages include the package itself; the size is
what \`node_modules\` takes on disk. The import is timed inside a fresh process that does nothing else; ${ROUNDS} rounds in turn.
undici and ws are imported on first use.`,
  figures: {
    import: { what: "import of the client", against: `\`${RIVAL}\``, unit: "ms", bar: bar("ratio", "<", 1) },
    packages: {
      what: "packages installed",
      against: `\`${RIVAL}\``,
      unit: "",
      bar: bar("ours", "<=", MAX_PACKAGES, "packages"),
    },
    size: {
      what: "size of the install",
      against: `\`${RIVAL}\``,
      unit: "MB",
      bar: bar("ours", "<=", MAX_DISK_MB, "MB"),
    },
  },
  async run() {
    const { ours, theirs, times } = await measure(temporaryFolder());
    const figure = (key, scale = 1) => ({
      ours: ours[key] / scale,
      theirs: theirs[key] / scale,
      ratio: ours[key] / theirs[key],
    });
    return {
      figures: {
        import: {
          ours: median(times.ours),
          theirs: median(times.theirs),
          ratio: medianRatio(times.ours, times.theirs),
        },
        packages: figure("packages"),
        size: figure("bytes", 1e6),
      },
      details: `import: ours ${range(times.ours)} ms, theirs ${range(times.theirs)} ms`,
    };
  },
};
