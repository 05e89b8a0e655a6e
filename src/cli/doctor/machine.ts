/** The doctor's checks of this machine: Node, the config folder and its permissions, and the settings. */
import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasFileModes, platformName } from "../../util/platform.js";
import type { Settings } from "../setup/settings.js";
import type { Finding } from "./finding.js";

/** The oldest supported version of Node. */
const MIN_NODE = [20, 19] as const;

/** Checks the version of Node. */
export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNewEnough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  const seen = `version ${version} on ${platformName()}`;
  if (isNewEnough) return { check: "Node", result: "ok", seen };
  return { check: "Node", result: "problem", seen, advice: `install Node ${MIN_NODE.join(".")} or newer` };
}

/** Checks that the config folder is usable, and that nobody else can read the secrets in it. */
export async function checkFolder(folder: string): Promise<Finding> {
  const check = "config folder";
  if ((await modeOf(folder)) === undefined) {
    return { check, result: "ok", seen: `${folder} does not exist yet; \`chatexchange login\` creates it` };
  }
  try {
    await access(folder, constants.R_OK | constants.W_OK);
  } catch {
    const advice = "make it writable, or set CHATEXCHANGE_CONFIG_DIR to another folder";
    return { check, result: "problem", seen: `${folder} is not readable and writable`, advice };
  }
  const open = hasFileModes ? await readableByOthers(folder) : [];
  if (open.length === 0) return { check, result: "ok", seen: `${folder} is private to you` };
  return {
    check,
    result: "warning",
    seen: `other users of this machine can read ${open.join(", ")}`,
    advice: `run: chmod go-rwx ${open.join(" ")}`,
  };
}

async function readableByOthers(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const open: string[] = [];
  // In a folder that others cannot enter, they cannot read anything.
  if (((await modeOf(folder)) ?? 0) & 0o077) {
    for (const path of [folder, ...names.map((name) => join(folder, name))]) {
      if (((await modeOf(path)) ?? 0) & 0o077) open.push(path);
    }
  }
  return open;
}

async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
}

/** Summarizes the settings, without secrets. */
export function checkSettings({ profile, site, email, password }: Settings): Finding {
  const credentials = [
    email.value === undefined ? "no email" : `an email (from ${email.source})`,
    password.value ? `a password (from ${password.source})` : "no password",
  ];
  const seen = `site ${site.value} (from ${site.source}), profile ${profile.value}, ${credentials.join(", ")}`;
  const isHalf = password.value && email.value === undefined;
  if (!isHalf) return { check: "settings", result: "ok", seen };
  return {
    check: "settings",
    result: "warning",
    seen,
    advice: "a password needs an email; set CHATEXCHANGE_EMAIL",
  };
}
