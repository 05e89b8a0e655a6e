/** A local server needs no network, and the options proxy and ca work, on every runtime; checked without a network. */
import { execFile, execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { installedCommand } from "../scripts/tools/install.mjs";
import { certificate } from "./certificate.js";
import { temporaryFolder } from "./temporary.js";

const root = resolve(import.meta.dirname, "..");
const run = promisify(execFile);

/** In its own namespace a program has no network except its own loopback. */
const alone = ["-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];

function canBeAlone(): boolean {
  try {
    execFileSync("unshare", [...alone, "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test.for([
  ["node", process.execPath, []],
  ["bun", installedCommand("bun", "bun"), []],
  [
    "deno",
    installedCommand("deno", "deno"),
    ["run", "--allow-read", "--allow-env", "--allow-sys", "--allow-net=127.0.0.1"],
  ],
] as const)(
  "every way to a server works on %s, and nothing else is asked",
  async ([runtime, command, options], { skip }) => {
    if (!command) return skip(`${runtime} is not installed; npm run test:runtimes installs it`);
    if (!canBeAlone()) return skip("unshare -rn, which takes the network away, does not work here");
    const folder = temporaryFolder();
    const { key, cert } = await certificate();
    const files = [join(folder, "key.pem"), join(folder, "cert.pem")] as const;
    await writeFile(files[0], key);
    await writeFile(files[1], cert);
    const { stdout } = await run(
      "unshare",
      [...alone, command, ...options, "test/programs/connections.mjs", ...files],
      {
        cwd: root,
        env: { ...process.env, NODE_EXTRA_CA_CERTS: files[1], DENO_NO_UPDATE_CHECK: "1" },
        timeout: 60_000,
      },
    );
    // Deno uses NODE_EXTRA_CA_CERTS only for its own requests.
    const byExtra = runtime === "deno" ? expect.stringContaining("SELF_SIGNED_CERT") : "works";
    expect(waysIn(stdout)).toEqual({
      "a local server": "works",
      "a local server by its URL": "works",
      "a local server with TLS": "works",
      "a resolved address and the option ca": "works",
      "up to here the proxy saw": "nothing",
      "the proxy of the environment and the option ca": "works",
      "the option proxy and NODE_EXTRA_CA_CERTS": byExtra,
      "in all the proxy saw": "chat.sockets.stackexchange.com:443 chat.stackoverflow.com:443 stackoverflow.com:443",
    });
  },
);

function waysIn(output: string): Record<string, string> {
  return Object.fromEntries(
    output
      .trim()
      .split("\n")
      .map((line) => {
        const at = line.indexOf(": ");
        return [line.slice(0, at), line.slice(at + 2)];
      }),
  );
}
