/**
 * Unusual files at the path of a data file: links, folders, pipes, devices, files of other users, and impossible
 * names. Each is refused by a typed error that names the path and the remedy, or works as docs/state.md says.
 */
import { execFileSync } from "node:child_process";
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  readFile,
  readlink,
  realpath,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { ChatServer } from "chatexchange-ts/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { commandLine, type Ran } from "./cli-support.js";
import { failureOf, type Stage, stage } from "./support.js";
import { temporaryFolder } from "./temporary.js";

/** Starts something that keeps its data in a file, and ends it. */
interface Keeper {
  readonly name: string;
  use(path: string, set: Stage): Promise<unknown>;
}

const session: Keeper = {
  name: "a session file",
  async use(path, { client }) {
    const chat = client({ sessionFile: path });
    await chat.login();
    await chat.logout();
  },
};
const state: Keeper = {
  name: "a state file",
  async use(path, { client }) {
    const chat = client({ stateFile: path });
    await chat.resume();
    await chat.logout();
  },
};
const journal: Keeper = {
  name: "a journal",
  async use(path) {
    const server = await ChatServer.start({ journal: path, sites: ["stackexchange.com"] });
    await server.close();
  },
};
const keepers = [session, state, journal];

/** Creates the unusual file; returns the path to use. */
type Place = (folder: string) => Promise<string>;

const aPipe: Place = async (place) => {
  execFileSync("mkfifo", [join(place, "pipe")]);
  return join(place, "pipe");
};

/** A separate `/dev/null`, so that a bug cannot replace the machine's. Only root can make one; others get a socket. */
const aDevice: Place = async (place) => {
  if (process.getuid?.() !== 0) {
    console.warn("a socket takes the place of a device: only root can make one");
    return aSocket(place);
  }
  execFileSync("mknod", [join(place, "device"), "c", "1", "3"]);
  return join(place, "device");
};

const aSocket: Place = async (place) => {
  const server = createServer().listen(join(place, "socket"));
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return join(place, "socket");
};

const refused: readonly (readonly [name: string, reason: RegExp, place: Place])[] = [
  [
    "a folder",
    /it is a folder, not a file; name a file/,
    async (place) => {
      await mkdir(join(place, "file"));
      return join(place, "file");
    },
  ],
  ["a pipe", /it is a pipe, not a file; name a file/, aPipe],
  [
    "a link to a pipe",
    /it is a pipe, not a file; name a file/,
    async (place) => {
      await symlink(await aPipe(place), join(place, "link"));
      return join(place, "link");
    },
  ],
  [
    "a link to a device",
    /it is a (?:device|socket), not a file; name a file/,
    async (place) => {
      await symlink(await aDevice(place), join(place, "link"));
      return join(place, "link");
    },
  ],
  ["a device", /it is a (?:device|socket), not a file; name a file/, aDevice],
  ["a socket", /it is a socket, not a file; name a file/, aSocket],
  [
    "a path through a file",
    /a part of the path is not a folder; name a file in a folder/,
    async (place) => {
      await writeFile(join(place, "file"), "");
      return join(place, "file", "below");
    },
  ],
  ["a name that is too long", /the name is too long; use a shorter one/, async (place) => join(place, "n".repeat(400))],
  [
    "links in a circle",
    /its symbolic links form a loop; fix or delete the links/,
    async (place) => {
      await symlink(join(place, "b"), join(place, "a"));
      await symlink(join(place, "a"), join(place, "b"));
      return join(place, "a");
    },
  ],
];

describe.each(keepers)("$name", ({ use }) => {
  test.each(refused)("refuses %s, and leaves it as it is", async (_, reason, place) => {
    const path = await place(temporaryFolder());
    const before = await lstat(path).catch(() => null);
    const error = await failureOf(use(path, await stage()));
    expect(error).toMatchObject({ code: "STORAGE", path, message: expect.stringMatching(reason) });
    expect(String(error)).toContain(path);
    expect((await lstat(path).catch(() => null))?.mode).toBe(before?.mode);
  });

  test("refuses a name with NUL in it, and says so", async () => {
    const error = await failureOf(use(join(temporaryFolder(), "a\0b"), await stage()));
    expect(error).toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringMatching(/non-empty string without NUL/),
    });
  });

  test("follows a link: the link stays, its target is replaced", async () => {
    const place = temporaryFolder();
    const [target, name] = [join(place, "target"), join(place, "link")];
    const set = await stage();
    await use(target, set);
    const { ino } = await stat(target);
    await symlink("target", name);
    await use(name, set);
    expect(await readlink(name)).toBe("target");
    expect((await lstat(target)).isFile()).toBe(true);
    expect((await readFile(target, "utf8")).length).toBeGreaterThan(0);
    expect(ino).toBeGreaterThan(0);
  });

  test("follows a link whose target does not exist yet, and creates the target", async () => {
    const place = temporaryFolder();
    const [target, name] = [join(place, "target"), join(place, "link")];
    await symlink(target, name);
    await use(name, await stage());
    expect(await realpath(name)).toBe(await realpath(target));
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  test("leaves the other name of a hard link as it was", async () => {
    const place = temporaryFolder();
    const [path, backup] = [join(place, "file"), join(place, "backup")];
    const set = await stage();
    await use(path, set);
    await link(path, backup);
    const before = await readFile(backup, "utf8");
    // A renewed session, a restarted bot and a restarted server write again.
    set.server.site.faults.expireSessions();
    await use(path, set);
    expect(await readFile(backup, "utf8")).toBe(before);
    expect((await stat(path)).ino).not.toBe((await stat(backup)).ino);
  });

  test("keeps its owner when root uses it", async ({ skip }) => {
    if (process.getuid?.() !== 0) {
      console.warn("skipped: only root can give a file to somebody else");
      return skip("only root can give a file to somebody else");
    }
    const path = join(temporaryFolder(), "file");
    const set = await stage();
    await use(path, set);
    await chown(path, 12_345, 23_456);
    set.server.site.faults.expireSessions();
    await link(path, `${path}.other`); // so that each of them is written anew
    await use(path, set);
    expect(await stat(path)).toMatchObject({ uid: 12_345, gid: 23_456 });
  });
});

describe.each(keepers)("without rights, $name", ({ use }) => {
  test("of another user is refused by name", async ({ skip }) => {
    if (process.getuid?.() !== 0) {
      console.warn("skipped: only root can be another user for a while");
      return skip("only root can be another user for a while");
    }
    const place = temporaryFolder();
    await chmod(place, 0o755);
    const path = join(place, "file");
    const set = await stage();
    await use(path, set);
    process.seteuid?.(65_534);
    try {
      const error = await failureOf(use(path, set));
      expect(error).toMatchObject({
        code: "STORAGE",
        path,
        message: expect.stringContaining("permission denied; check who owns it and its folder"),
      });
    } finally {
      process.seteuid?.(0);
    }
  });
});

describe("the file of a transcript", () => {
  const download = async (out: string, ...more: string[]): Promise<Ran> => {
    const { server, alice } = await stage();
    alice.in(1).says("hello");
    const args = ["transcript", "1", "--site", server.url, "--format", "text", "--out", out, ...more];
    return commandLine().run(args);
  };

  test.each(refused)("is refused where %s stands, also with --force", async (_, reason, place) => {
    const path = await place(temporaryFolder());
    for (const more of [[], ["--force"]]) {
      const { code, stderr } = await download(path, ...more);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(reason) });
      expect(stderr).toContain(path);
    }
  });

  test.each(["part", "part.lock"])("is refused while a pipe or a link stands at its .%s", async (end) => {
    const place = temporaryFolder();
    const out = join(place, "room.txt");
    await symlink(join(place, "elsewhere"), `${out}.${end}`);
    expect(await download(out)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${out}.${end}: it is a link`),
    });
    execFileSync("rm", [`${out}.${end}`]);
    execFileSync("mkfifo", [`${out}.${end}`]);
    expect(await download(out)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${out}.${end}: it is a pipe`),
    });
  });

  test("replaces the target of a link with --force", async () => {
    const place = temporaryFolder();
    const [target, name] = [join(place, "target"), join(place, "link")];
    await writeFile(target, "old");
    await symlink("target", name);
    expect(await download(name, "--force")).toMatchObject({ code: 0 });
    expect(await readlink(name)).toBe("target");
    expect(await readFile(target, "utf8")).toContain("hello");
  });
});

describe("the config file of the command", () => {
  test.each(refused.filter(([name]) => !/too long|through/.test(name)))(
    "is refused where it is %s",
    async (_, reason, place) => {
      const { run, folder: config } = commandLine();
      await symlink(await place(temporaryFolder()), join(config, "config.json"));
      const { code, stderr } = await run(["config"]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(reason.source.split(";")[0] ?? "") });
      expect(stderr).toContain(join(config, "config.json"));
    },
  );

  test("may be a link, which stays one when it is written", async () => {
    const { run, folder: config } = commandLine();
    const target = join(temporaryFolder(), "config.json");
    await symlink(target, join(config, "config.json"));
    expect(await run(["config", "site", "meta"])).toMatchObject({ code: 0 });
    expect(await readlink(join(config, "config.json"))).toBe(target);
    expect(await readFile(target, "utf8")).toContain("meta");
  });
});

test.each(keepers.slice(1))("a pipe at the lock of $name is refused, and named", async ({ use }) => {
  const path = join(temporaryFolder(), "file");
  execFileSync("mkfifo", [`${path}.lock`]);
  const error = await failureOf(use(path, await stage()));
  expect(error).toMatchObject({
    code: "STORAGE",
    path: `${path}.lock`,
    message: `cannot read the lock file ${path}.lock: it is a pipe, not a file; delete it`,
  });
});
