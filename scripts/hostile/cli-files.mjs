// Damaged files of the command line: its config, its sessions, the note of a local server, the state of `tail`, and an
// unfinished transcript. Each command must end with its result or with an error message.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shuffled } from "./damage.mjs";
import { casesAround } from "./places.mjs";
import { Hang, openStage } from "./stage.mjs";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** Blocks other machines, because a damaged config may name a live site. */
const GUARD = new URL("../../test/only-loopback.mjs", import.meta.url).href;
const MAX_MS = 30_000;

/** A command that failed with an error message. */
class CommandFailure extends Error {}

export async function open(lib, random) {
  const stage = await openStage(lib);
  const { url } = stage.server;
  const guest = ["--site", url];
  const folder = mkdtempSync(join(tmpdir(), "hostile-cli-"));
  const session = join(folder, "sessions", `default@${new URL(url).host.replace(/[^\w.-]/g, "_")}.json`);
  await command(folder, ["config", "site", "so"]);
  await command(folder, ["login", ...guest]);
  const state = join(folder, "tail.state");
  const tail = (file) => ["tail", "1", "-f", "--state", file, ...guest];
  await command(folder, tail(state), { stopsAt: /./ });
  const { profiles } = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
  const good = {
    config: Buffer.from(JSON.stringify({ profiles })),
    session: readFileSync(session),
    state: readFileSync(state),
  };
  const day = new Date(stage.clock.now()).toISOString().slice(0, 10);
  const part = Buffer.from(`${JSON.stringify({ what: "x", bytes: 5, nextDay: day, to: day, messages: 1 })}\n`);
  const note = Buffer.from(
    JSON.stringify({
      pid: 1,
      sites: [{ host: "stackoverflow.com", url, people: [{ name: "Alice", email: "alice@example.com" }] }],
    }),
  );
  rmSync(folder, { recursive: true });

  /** Runs a command with a config folder of its own, which `fill` prepares. */
  const inFolder = async (args, { fill, ...options }) => {
    const own = mkdtempSync(join(tmpdir(), "hostile-config-"));
    try {
      fill?.(own);
      return await command(own, args, options);
    } finally {
      rmSync(own, { recursive: true });
    }
  };
  /** Runs a command whose config folder has the file of the case, by this name. */
  const inConfig = (name, args) => (path) => {
    const fill = (own) => {
      mkdirSync(join(own, "sessions"));
      try {
        writeFileSync(join(own, name), readFileSync(path));
      } catch {
        mkdirSync(join(own, name));
      }
    };
    return inFolder(args, { fill });
  };
  /** Runs a command on the file of the case. */
  const onFile =
    (args, options = {}) =>
    (path) =>
      inFolder(args(path), options);
  const cases = [
    ...casesAround("config.json", good.config, inConfig("config.json", ["config"])),
    ...casesAround("config.json, written", good.config, inConfig("config.json", ["config", "as", "Alice"])),
    ...casesAround(
      "session of the command",
      good.session,
      inConfig(join("sessions", session.split("sessions/")[1]), ["send", "1", "hello again", ...guest]),
    ),
    ...casesAround("local-server.json", note, inConfig("local-server.json", ["rooms", "--local"])),
    ...casesAround("tail's state", good.state, onFile(tail, { stopsAt: /./ })),
    ...casesAround(
      "out.txt.part.json",
      part,
      onFile((path) => ["transcript", "1", "--day", day, "--out", path.replace(/\.part\.json$/, ""), ...guest]),
    ),
    ...casesAround(
      "out.txt.part",
      Buffer.from("half of it"),
      onFile((path) => ["transcript", "1", "--day", day, "--out", path.replace(/\.part$/, ""), ...guest]),
    ),
    ...casesAround(
      "out.jsonl",
      Buffer.from("what was there"),
      onFile((path) => ["transcript", "1", "--day", day, "--force", "--out", path, ...guest]),
      { damages: {} },
    ),
  ].filter(({ name }) => !/^(?:config|session|local).*(?:a pipe|a device)/.test(name));
  return { stage, cases: shuffled(cases, random), isTyped: (error) => error instanceof CommandFailure };
}

/** Runs a command. With `stopsAt`, it gets SIGINT once its output matches, or after a while. */
async function command(folder, args, { stopsAt } = {}) {
  const env = {
    PATH: process.env.PATH,
    TZ: "UTC",
    CHATEXCHANGE_CONFIG_DIR: folder,
    CHATEXCHANGE_EMAIL: "alice@example.com",
    CHATEXCHANGE_PASSWORD: "password",
  };
  let child;
  try {
    child = spawn(process.execPath, ["--import", GUARD, MAIN, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    // The system does not accept such an argument.
    throw new CommandFailure(`the program cannot be started: ${error.code}`);
  }
  let [out, err] = ["", ""];
  const stop = () => child.kill("SIGINT");
  const timers = stopsAt ? [setTimeout(stop, 3_000)] : [];
  child.stdout.on("data", (chunk) => {
    out += chunk;
    if (stopsAt?.test(out)) timers.push(setTimeout(stop, 100));
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    let isHung = false;
    timers.push(
      setTimeout(() => {
        isHung = true;
        child.kill("SIGKILL");
      }, MAX_MS),
    );
    child.on("close", (code, signal) => {
      timers.forEach(clearTimeout);
      const words = `${args.slice(0, 2).join(" ")} ended with ${code ?? signal}: ${err.slice(-600)}`;
      // On a busy machine the signal may arrive before the program listens for it.
      const isStopped = stopsAt !== undefined && (code === 130 || signal === "SIGINT");
      const isCrash = (code === null && !isStopped) || /^\s+at .*[(:]\d|unhandled|uncaught|node:internal/im.test(err);
      if (isHung) reject(new Hang(`after ${MAX_MS} ms`));
      else if (isCrash) reject(new Error(words));
      else if (code === 0 || isStopped) resolve(out.slice(0, 100));
      else if (err.trim() === "") reject(new Error(`printed no error: ${words}`));
      else reject(new CommandFailure(words));
    });
  });
}
