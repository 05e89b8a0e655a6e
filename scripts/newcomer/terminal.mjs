// The terminal of somebody new: an empty home, and programs whose output can be awaited.
import { execFile } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The environment of somebody new: an empty home, and npm with the registry and the cache of this machine. */
export async function newcomersEnvironment(home, node) {
  const [cache, userconfig] = await Promise.all(
    ["cache", "userconfig"].map(async (key) => (await run("npm", ["config", "get", key])).stdout.trim()),
  );
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|VITEST|NODE_|CHATEXCHANGE_|CHAT_|XDG_|FORCE_COLOR)/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    NO_COLOR: "1",
    PATH: [dirname(node), process.env.PATH].join(delimiter),
    npm_config_cache: cache,
    npm_config_userconfig: userconfig,
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
}

/** All that a program prints, and a promise for the next piece of it. */
export function collect(child) {
  let text = "";
  let waiting = deferred();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (piece) => {
      text += piece;
      waiting.resolve();
      waiting = deferred();
    });
  }
  return { printed: () => text, more: () => waiting.promise };
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
