/** What the doctor looks at on this machine: Node, the config folder and who may read it, and what is set. */
import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasFileModes, platformName } from "../../util/platform.js";
import type { Settings } from "../setup/settings.js";
import type { Finding } from "./finding.js";

/** The oldest Node that the package runs on. */
const oldestNode = [20, 19] as const;

/** Checks the version of Node. */
export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNewEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const seen = `version ${version} on ${platformName()}`;
  if (isNewEnough) return { check: "Node", result: "ok", seen };
  return { check: "Node", result: "problem", seen, advice: `install Node ${oldestNode.join(".")} or newer` };
}

/** Checks that the config folder can be used, and that nobody else can read what is secret there. */
export async function checkFolder(folder: string): Promise<Finding> {
  const check = "config folder";
  if ((await modeOf(folder)) === undefined) {
    return { check, result: "ok", seen: `${folder} is not there yet; \`chatexchange login\` makes it` };
  }
  try {
    await access(folder, constants.R_OK | constants.W_OK);
  } catch {
    const advice = "give yourself the right to write there, or set CHATEXCHANGE_CONFIG_DIR to another folder";
    return { check, result: "problem", seen: `${folder} can not be read and written`, advice };
  }
  const open = hasFileModes ? await readableByOthers(folder) : [];
  if (open.length === 0) return { check, result: "ok", seen: `${folder} is yours alone` };
  return {
    check,
    result: "warning",
    seen: `others on this machine can read ${open.join(", ")}`,
    advice: `run: chmod go-rwx ${open.join(" ")}`,
  };
}

async function readableByOthers(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const open: string[] = [];
  // In a folder that others can not enter, they can read nothing.
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

/** Says what is in force, without any secret. */
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
    advice: "a password without an email is of no use; set CHATEXCHANGE_EMAIL",
  };
}
