// Runs each case in its own folder, with a damaged file or with something else in the file's place.
import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAMAGES } from "./damage.mjs";

const isRoot = process.getuid?.() === 0;

/** Things that are not the expected file, by name. Each creates one at a path, and may return another path. */
const PLACES = {
  "a folder": (path) => mkdirSync(path),
  "a folder with something in it": (path) => {
    mkdirSync(path);
    writeFileSync(join(path, "x"), "x");
  },
  "nothing, in no folder": (path) => join(path, "no", "such", "file"),
  "a path through a file": (path) => {
    writeFileSync(path, "x");
    return join(path, "file");
  },
  "a link to nothing": (path) => symlinkSync(join(path, "..", "nothing"), path),
  "a link to itself": (path) => symlinkSync(path, path),
  "a link to a folder": (path) => {
    mkdirSync(`${path}.d`);
    symlinkSync(`${path}.d`, path);
  },
  "a link to the file": (path, good) => {
    writeFileSync(`${path}.real`, good);
    symlinkSync(`${path}.real`, path);
  },
  "a second name of the file": (path, good) => {
    writeFileSync(`${path}.real`, good);
    linkSync(`${path}.real`, path);
  },
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
  // Own device nodes, because a careless rename would replace the machine's.
  "a device like /dev/null": (path) => void execFileSync("mknod", [path, "c", "1", "3"]),
  "a device like /dev/full": (path) => void execFileSync("mknod", [path, "c", "1", "7"]),
  "a name that is too long": (path) => `${path}${"x".repeat(300)}`,
  "a path that is too long": (path) => join(path, ...Array(2_000).fill("xx")),
  "a name with NUL": (path) => `${path}\0x`,
  "no name": () => "",
  "a folder's name": (path) => join(path, ".."),
  "a name that ends with /": (path) => `${path}/`,
  "the file, not readable": (path, good) => {
    writeFileSync(path, good);
    chmodSync(path, 0);
  },
  "a folder that cannot be written to": (path, good) => {
    mkdirSync(`${path}.d`);
    writeFileSync(join(`${path}.d`, "file"), good);
    chmodSync(`${path}.d`, 0o500);
    return join(`${path}.d`, "file");
  },
};

/** All cases of one file: `use(path)` reads it, and `good` is its valid content. */
export function casesAround(name, good, use, { damages = DAMAGES } = {}) {
  const damaged = Object.entries(damages).map(([what, damage]) => ({
    name: `${name}: ${what}`,
    run: (chance) =>
      inFolder(name, (path) => {
        writeFileSync(path, damage(good, chance));
        return use(path);
      }),
  }));
  const replaced = Object.entries(PLACES)
    .filter(([what]) => !(isRoot ? /not readable|cannot be written/ : /a device/).test(what))
    .map(([what, make]) => ({
      name: `${name}: ${what}`,
      run: () => inFolder(name, (path) => use(make(path, good) ?? path)),
    }));
  return [...damaged, ...replaced];
}

/** The cases that casesAround skips on this machine, and why. */
export const LEFT_OUT = isRoot
  ? "files that cannot be read or written (root can)"
  : "devices (root alone can make some)";

async function inFolder(name, act) {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  const before = process.cwd();
  // A file without a name would be created here.
  process.chdir(folder);
  try {
    return await act(join(folder, name.replaceAll(" ", "-")));
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  }
}
