/**
 * What is in force and where each value comes from: flags beat the environment, the environment beats the file of the
 * profile, and that beats the defaults. Holds no secret that can be printed: a password is only known to be there.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import envPaths from "env-paths";
import { codeOf, fileReason } from "../../storage/failures.js";
import { plainFile } from "../../storage/plain-file.js";
import { CliError, exitCodes } from "../exit-codes.js";

/** A value and where it comes from, such as `flag --site` or `default`. */
export interface Setting<T> {
  readonly value: T;
  readonly source: string;
}

/** What is in force. */
export interface Settings {
  /** The name under which a target and a session are remembered. */
  readonly profile: Setting<string>;
  /** Where the config file and the sessions are. */
  readonly folder: Setting<string>;
  /** `stackexchange.com`, `stackoverflow.com`, `meta.stackexchange.com`, `local`, or the address of a local server. */
  readonly site: Setting<string>;
  /** Who to be on a local server: the name of a person of its world. */
  readonly as: Setting<string | undefined>;
  /** The email of the environment or of the file. */
  readonly email: Setting<string | undefined>;
  /** Whether the environment has a password, and which variable. */
  readonly password: Setting<boolean>;
}

/** The flags that decide about the target, as every command takes them. */
export interface TargetFlags {
  readonly site?: string | undefined;
  readonly local?: boolean | undefined;
  readonly as?: string | undefined;
  readonly profile?: string | undefined;
}

/** What the config file keeps for one profile. */
export interface StoredProfile {
  readonly site?: string;
  readonly as?: string;
  readonly email?: string;
}

/** What the config file keeps. */
export interface StoredConfig {
  readonly profiles: Readonly<Record<string, StoredProfile>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const shortNames: Readonly<Record<string, string>> = {
  se: "stackexchange.com",
  so: "stackoverflow.com",
  meta: "meta.stackexchange.com",
};

/** What `--site` may be called, written out; anything else stays as it is, for the client to judge. */
export function longSiteName(name: string): string {
  return Object.hasOwn(shortNames, name) ? (shortNames[name] ?? name) : name;
}

/**
 * Works out what is in force.
 * @throws {CliError} for contradicting flags, a bad profile name, and a config file that makes no sense
 */
export function readSettings(flags: TargetFlags, env: Environment): Settings {
  if (flags.local && flags.site !== undefined)
    throw new CliError("--site and --local exclude each other; leave one out", exitCodes.usage);
  const folder = folderOf(env);
  const profile = first(
    ["flag --profile", flags.profile],
    ["CHATEXCHANGE_PROFILE", env.CHATEXCHANGE_PROFILE],
    ["default", "default"],
  );
  if (!/^[\w.-]{1,40}$/.test(profile.value) || profile.value.startsWith("."))
    throw new CliError("a profile is named with letters, digits, - and _ only", exitCodes.usage);
  const file = configFile(folder.value);
  const stored = readConfig(file).profiles[profile.value] ?? {};
  const site = first(
    ["flag --local", flags.local ? "local" : undefined],
    ["flag --site", flags.site],
    ["CHATEXCHANGE_HOST", env.CHATEXCHANGE_HOST],
    [file, stored.site],
    ["default", "stackexchange.com"],
  );
  return {
    profile,
    folder,
    site: { ...site, value: longSiteName(site.value) },
    as: maybe(["flag --as", flags.as], ["CHATEXCHANGE_AS", env.CHATEXCHANGE_AS], [file, stored.as]),
    email: maybe(
      ["CHATEXCHANGE_EMAIL", env.CHATEXCHANGE_EMAIL],
      ["ChatExchangeU", env.ChatExchangeU],
      [file, stored.email],
    ),
    password: passwordSource(env),
  };
}

/** The password of the environment, for those who log in; never to be printed. */
export function passwordOf(env: Environment): string | undefined {
  return env.CHATEXCHANGE_PASSWORD || env.ChatExchangeP || undefined;
}

function passwordSource(env: Environment): Setting<boolean> {
  const name = ["CHATEXCHANGE_PASSWORD", "ChatExchangeP"].find((variable) => env[variable]);
  return { value: name !== undefined, source: name ?? "not set" };
}

/** Where the config file is. */
export function configFile(folder: string): string {
  return join(folder, "config.json");
}

/** @throws {CliError} when the file is there and makes no sense */
export function readConfig(file: string): StoredConfig {
  let text: string;
  try {
    text = readFileSync(plainFile(file), "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "")) return { profiles: {} };
    const reason = fileReason(error) ?? "unknown trouble";
    throw new CliError(`cannot read ${file}: ${reason}; check that it is your own file`, exitCodes.failure);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "profiles" in value && typeof value.profiles === "object")
      return { profiles: profilesOf(value.profiles ?? {}) };
  } catch {
    // Said below.
  }
  throw new CliError(`${file} is not a config file of chatexchange; mend or delete it`, exitCodes.failure);
}

function profilesOf(value: object): Record<string, StoredProfile> {
  return Object.fromEntries(
    Object.entries(value).map(([name, profile]) => {
      const fields = Object.entries(typeof profile === "object" && profile !== null ? profile : {}).filter(
        ([key, field]) => ["site", "as", "email"].includes(key) && typeof field === "string",
      );
      return [name, Object.fromEntries(fields)];
    }),
  );
}

/** The platform's config folder for this program, unless the environment names another. */
function folderOf(env: Environment): Setting<string> {
  const { CHATEXCHANGE_CONFIG_DIR: own } = env;
  if (own) return { value: own, source: "CHATEXCHANGE_CONFIG_DIR" };
  return { value: envPaths("chatexchange", { suffix: "" }).config, source: "default" };
}

type Candidate = readonly [source: string, value: string | undefined];

/** The first that says something; an empty variable says nothing. */
function maybe(...candidates: readonly Candidate[]): Setting<string | undefined> {
  for (const [source, value] of candidates) if (value !== undefined && value !== "") return { value, source };
  return { value: undefined, source: "not set" };
}

function first(...candidates: readonly Candidate[]): Setting<string> {
  const { value, source } = maybe(...candidates);
  return { value: value ?? "", source };
}
