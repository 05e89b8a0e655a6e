/** Where a command goes: a live site, a local server at an address, or the one that `serve` runs or this command starts. */
import { mkdir, readFile, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import { isLoopback, type Site, siteOf } from "../../protocol/sites.js";
import { isRecord, listOf, numberOf, stringOf } from "../../protocol/values.js";
import type { ChatServer } from "../../server/index.js";
import { writeWholeFile } from "../../storage/atomic-file.js";
import { fileReason } from "../../storage/failures.js";
import { plainFile } from "../../storage/plain-file.js";
import { CliError, exitCodes } from "../exit-codes.js";
import { usage } from "../table/arguments.js";
import type { Settings } from "./settings.js";

/** Somebody whom `--as` can name. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** The password of everybody in a local world, unless told otherwise. */
export const localPassword = "password";

/** A site that a client can be made for. */
export interface Target {
  readonly site: Site;
  readonly isLocal: boolean;
  /** Where the profile keeps its session at this site; null where none lasts. */
  readonly sessionFile: string | null;
  /** The people of a local server, as far as they are known. */
  readonly people: readonly Person[];
  /** A server that was started for this command. */
  readonly server: ChatServer | null;
}

/** Whether what is said would go to a server that ends with the command. */
export async function isForNobody({ site, folder }: Settings): Promise<boolean> {
  return site.value === "local" && (await firstSite(await runningServer(folder.value))) === null;
}

/** Finds the target, or starts it. */
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
    const found = trusting(siteOf(first.url), first.ca);
    const file = sessionFile(folder.value, profile.value, found);
    return { site: found, isLocal: true, sessionFile: file, people: first.people, server: null };
  }
  note(
    "no local server is running, so a fresh one serves this command alone; chatexchange serve starts one that stays",
  );
  const { ChatServer } = await import("../../server/index.js");
  const server = await ChatServer.start({ world: "demo" });
  const { users } = server.site;
  const people = users.map(({ name, email }) => ({ name, email }));
  return { site: siteOf(server.url), isLocal: true, sessionFile: null, people, server };
}

/** The account that `--as` means. @throws {CliError} when there is no such person */
export function personCalled(name: string, { people }: Target): Person {
  const wanted = name.trim().toLowerCase();
  const found = people.find((person) => person.name.toLowerCase() === wanted || person.email === wanted);
  if (found) return found;
  if (people.length > 0)
    throw usage(`nobody there is called "${name}"; --as takes ${people.map((person) => person.name).join(", ")}`);
  const email = wanted.includes("@") ? wanted : `${wanted.replace(/[^\p{L}\p{N}]+/gu, ".")}@example.com`;
  return { name, email };
}

/** What a running server says of itself in the config folder. */
interface Running {
  readonly pid: number;
  readonly sites: readonly RunningSite[];
}

interface RunningSite {
  readonly host: string;
  readonly url: string;
  /** Its certificate, when it speaks TLS. */
  readonly ca: string | undefined;
  readonly people: readonly Person[];
}

const stateFile = (folder: string): string => join(folder, "local-server.json");

/** Tells other commands where a local server is, and its certificate; answers a way to take that back. */
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
    const value: unknown = JSON.parse(await readFile(plainFile(stateFile(folder)), "utf8"));
    if (!isRecord(value)) return null;
    const sites = listOf(value.sites)
      .filter(isRecord)
      .map((site) => ({
        host: stringOf(site.host) ?? "",
        url: stringOf(site.url) ?? "",
        ca: stringOf(site.ca) ?? undefined,
        people: listOf(site.people)
          .filter(isRecord)
          .map((person) => ({ name: stringOf(person.name) ?? "", email: stringOf(person.email) ?? "" })),
      }));
    return { pid: numberOf(value.pid) ?? 0, sites };
  } catch {
    return null; // none was started, or its note is torn
  }
}

/** The first site of a server that answers. */
async function firstSite(running: Running | null): Promise<RunningSite | null> {
  const [first] = running?.sites ?? [];
  return first && (await answers(first)) ? first : null;
}

/** The same site, whose certificate is trusted for its own address alone. */
function trusting(site: Site, ca: string | undefined): Site {
  if (ca === undefined) return site;
  const { hostname, port } = new URL(site.chatOrigin);
  const endpoint = { hostname, port: Number(port || 443), tls: true, ca };
  return { ...site, resolve: (origin) => (origin === site.chatOrigin ? endpoint : undefined) };
}

/** Whether a server is there: after a crash its note stays behind. */
function answers({ url, ca }: RunningSite): Promise<boolean> {
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

/** Makes a folder that only its owner can read. @throws {CliError} naming the way out */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = fileReason(error) ?? "it can not be made";
    throw new CliError(
      `can not write to the config folder ${folder}: ${reason}; set CHATEXCHANGE_CONFIG_DIR to another`,
      exitCodes.failure,
      error,
    );
  }
}
