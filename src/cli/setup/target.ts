/**
 * Finds the target of a command: a live site, a local server by its URL, the server that `serve` runs, or one started
 * for this command.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import { isLoopback, type Site, siteOf } from "../../protocol/sites.js";
import { isRecord, itemsOf, numberOf, stringOf } from "../../protocol/values.js";
import type { ChatServer } from "../../server/index.js";
import { writeWholeFile } from "../../storage/atomic-file.js";
import { fileReason } from "../../storage/failures.js";
import { resolvePlainFile } from "../../storage/plain-file.js";
import { CliError, EXIT_CODES } from "../exit-codes.js";
import { usageError } from "../table/arguments.js";
import type { Settings } from "./settings.js";

/** A user that `--as` can name. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** The password of all accounts of a local world, by default. */
export const LOCAL_PASSWORD = "password";

/** A site to create a client for. */
export interface Target {
  readonly site: Site;
  readonly isLocal: boolean;
  /** The profile's session file for this site; null if sessions do not last. */
  readonly sessionFile: string | null;
  /** The known users of a local server. */
  readonly people: readonly Person[];
  /** The server that was started for this command. */
  readonly server: ChatServer | null;
}

/** Whether messages would go to a server that ends with the command, where nobody could read them. */
export async function hasNoAudience({ site, folder }: Settings): Promise<boolean> {
  return site.value === "local" && (await firstSite(await runningServer(folder.value))) === null;
}

/** Finds the target, or starts a server. */
export async function findTarget({ site, folder, profile }: Settings, note: (line: string) => void): Promise<Target> {
  const running = await runningServer(folder.value);
  if (site.value !== "local") {
    const found = siteOf(site.value);
    const isLocal = isLoopback(new URL(found.chatOrigin).hostname);
    const people = running?.sites.find(({ url }) => url === found.chatOrigin)?.people ?? [];
    return { site: found, isLocal, sessionFile: sessionFile(folder.value, profile.value, found), people, server: null };
  }
  const first = await firstSite(running);
  if (first) {
    const found = withTrustedCa(siteOf(first.url), first.ca);
    const file = sessionFile(folder.value, profile.value, found);
    return { site: found, isLocal: true, sessionFile: file, people: first.people, server: null };
  }
  note("no local server is running, so this command uses a temporary one; run chatexchange serve to start one");
  const { ChatServer } = await import("../../server/index.js");
  const server = await ChatServer.start({ world: "demo" });
  const { users } = server.site;
  const people = users.map(({ name, email }) => ({ name, email }));
  return { site: siteOf(server.url), isLocal: true, sessionFile: null, people, server };
}

/** The account that `--as` names. @throws {CliError} when there is no such user */
export function findPerson(name: string, { people }: Target): Person {
  const wanted = name.trim().toLowerCase();
  const found = people.find((person) => person.name.toLowerCase() === wanted || person.email === wanted);
  if (found) return found;
  if (people.length > 0)
    throw usageError(`no user "${name}"; --as takes ${people.map((person) => person.name).join(", ")}`);
  const email = wanted.includes("@") ? wanted : `${wanted.replace(/[^\p{L}\p{N}]+/gu, ".")}@example.com`;
  return { name, email };
}

/** A running server, as announced in the config folder. */
interface Running {
  readonly pid: number;
  readonly sites: readonly RunningSite[];
}

interface RunningSite {
  readonly host: string;
  readonly url: string;
  /** Its certificate, if it uses TLS. */
  readonly ca: string | undefined;
  readonly people: readonly Person[];
}

const stateFile = (folder: string): string => join(folder, "local-server.json");

/**
 * Announces a local server and its certificate to other commands; returns a function that withdraws the announcement.
 */
export async function announceServer(folder: string, server: ChatServer, ca?: string): Promise<() => Promise<void>> {
  const running: Running = {
    pid: process.pid,
    sites: Object.values(server.sites).map(({ host, url, users }) => ({
      host,
      url,
      ca,
      people: users.map(({ name, email }) => ({ name, email })),
    })),
  };
  await makeFolder(folder);
  await writeWholeFile(stateFile(folder), `${JSON.stringify(running, null, 1)}\n`);
  return async () => {
    if ((await runningServer(folder))?.pid === process.pid) await rm(stateFile(folder), { force: true });
  };
}

async function runningServer(folder: string): Promise<Running | null> {
  try {
    const value: unknown = JSON.parse(await readFile(resolvePlainFile(stateFile(folder)), "utf8"));
    if (!isRecord(value)) return null;
    const sites = itemsOf(value.sites)
      .filter(isRecord)
      .map((site) => ({
        host: stringOf(site.host) ?? "",
        url: stringOf(site.url) ?? "",
        ca: stringOf(site.ca) ?? undefined,
        people: itemsOf(site.people)
          .filter(isRecord)
          .map((person) => ({ name: stringOf(person.name) ?? "", email: stringOf(person.email) ?? "" })),
      }));
    return { pid: numberOf(value.pid) ?? 0, sites };
  } catch {
    return null; // none was started, or the file is damaged
  }
}

/** The first site of a server, if it answers. */
async function firstSite(running: Running | null): Promise<RunningSite | null> {
  const [first] = running?.sites ?? [];
  return first && (await isAlive(first)) ? first : null;
}

/** The same site, trusting its certificate for its own address only. */
function withTrustedCa(site: Site, ca: string | undefined): Site {
  if (ca === undefined) return site;
  const { hostname, port } = new URL(site.chatOrigin);
  const endpoint = { hostname, port: Number(port || 443), tls: true, ca };
  return { ...site, resolve: (origin) => (origin === site.chatOrigin ? endpoint : undefined) };
}

/** Whether a server answers; after a crash its announcement is left behind. */
function isAlive({ url, ca }: RunningSite): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const address = new URL(siteOf(url).chatOrigin);
      const options = { timeout: 2_000, agent: false, ...(ca === undefined ? {} : { ca }) };
      const request = (address.protocol === "https:" ? https : http).get(address, options, (answer) => {
        answer.destroy();
        resolve(answer.statusCode === 200);
      });
      request.once("timeout", () => request.destroy());
      request.once("error", () => resolve(false));
      request.once("close", () => resolve(false));
    } catch {
      resolve(false);
    }
  });
}

function sessionFile(folder: string, profile: string, site: Site): string {
  const host = new URL(site.chatOrigin).host.replace(/[^\w.-]/g, "_");
  return join(folder, "sessions", `${profile}@${host}.json`);
}

/** Creates a private folder. @throws {CliError} with advice */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = fileReason(error) ?? "unknown error";
    throw new CliError(
      `cannot write to the config folder ${folder}: ${reason}; set CHATEXCHANGE_CONFIG_DIR to another folder`,
      EXIT_CODES.failure,
      error,
    );
  }
}
