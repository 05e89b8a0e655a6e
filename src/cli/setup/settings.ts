/**
 * The settings and their sources: flags override the environment, which overrides the profile in the config file, which
 * overrides the defaults. Contains no secret that could be printed: of the password only whether it is set.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import envPaths from "env-paths";
import { fileReason } from "../../storage/failures.js";
import { resolvePlainFile } from "../../storage/plain-file.js";
import { codeOf } from "../../util/error-code.js";
import { CliError, EXIT_CODES } from "../exit-codes.js";

/** A value and its source, such as `flag --site` or `default`. */
export interface Setting<T> {
  readonly value: T;
  readonly source: string;
}

/** The settings in effect. */
export interface Settings {
  /** The name under which a target and a session are stored. */
  readonly profile: Setting<string>;
  /** The folder of the config file and the sessions. */
  readonly folder: Setting<string>;
  /** `stackexchange.com`, `stackoverflow.com`, `meta.stackexchange.com`, `local`, or the address of a local server. */
  readonly site: Setting<string>;
  /** The account to use on a local server: the name of one of its users. */
  readonly as: Setting<string | undefined>;
  /** The email from the environment or the config file. */
  readonly email: Setting<string | undefined>;
  /** Whether the environment has a password, and in which variable. */
  readonly password: Setting<boolean>;
}

/** The flags that select the target, which every command takes. */
export interface TargetFlags {
  readonly site?: string | undefined;
  readonly local?: boolean | undefined;
  readonly as?: string | undefined;
  readonly profile?: string | undefined;
}

/** One profile in the config file. */
export interface StoredProfile {
  readonly site?: string;
  readonly as?: string;
  readonly email?: string;
}

/** The content of the config file. */
export interface StoredConfig {
  readonly profiles: Readonly<Record<string, StoredProfile>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SHORT_SITE_NAMES: Readonly<Record<string, string>> = {
  se: "stackexchange.com",
  so: "stackoverflow.com",
  meta: "meta.stackexchange.com",
};

/** Expands a short site name; anything else is returned unchanged, for the client to validate. */
export function longSiteName(name: string): string {
  return Object.hasOwn(SHORT_SITE_NAMES, name) ? (SHORT_SITE_NAMES[name] ?? name) : name;
}

/**
 * Determines the settings in effect.
 * @throws {CliError} for conflicting flags, an invalid profile name, or an invalid config file
 */
export function readSettings(flags: TargetFlags, env: Environment): Settings {
  if (flags.local && flags.site !== undefined)
    throw new CliError("--site and --local cannot be used together", EXIT_CODES.usage);
  const folder = folderOf(env);
  const profile = first(
    ["flag --profile", flags.profile],
    ["CHATEXCHANGE_PROFILE", env.CHATEXCHANGE_PROFILE],
    ["default", "default"],
  );
  if (!/^[\w.-]{1,40}$/.test(profile.value) || profile.value.startsWith("."))
    throw new CliError("invalid profile name; use only letters, digits, dots, - and _", EXIT_CODES.usage);
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

/** The password of the environment, to log in with; never print it. */
export function passwordOf(env: Environment): string | undefined {
  return env.CHATEXCHANGE_PASSWORD || env.ChatExchangeP || undefined;
}

function passwordSource(env: Environment): Setting<boolean> {
  const name = ["CHATEXCHANGE_PASSWORD", "ChatExchangeP"].find((variable) => env[variable]);
  return { value: name !== undefined, source: name ?? "not set" };
}

/** The path of the config file. */
export function configFile(folder: string): string {
  return join(folder, "config.json");
}

/** Reads the config file. @throws {CliError} when it exists but is invalid */
export function readConfig(file: string): StoredConfig {
  let text: string;
  try {
    text = readFileSync(resolvePlainFile(file), "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "")) return { profiles: {} };
    const reason = fileReason(error) ?? "unknown error";
    throw new CliError(`cannot read ${file}: ${reason}; check its permissions`, EXIT_CODES.failure);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "profiles" in value && typeof value.profiles === "object")
      return { profiles: profilesOf(value.profiles ?? {}) };
  } catch {
    // Reported below.
  }
  throw new CliError(`${file} is not a valid config file; fix or delete it`, EXIT_CODES.failure);
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

/** The platform's config folder for this program, unless the environment overrides it. */
function folderOf(env: Environment): Setting<string> {
  const { CHATEXCHANGE_CONFIG_DIR: own } = env;
  if (own) return { value: own, source: "CHATEXCHANGE_CONFIG_DIR" };
  return { value: envPaths("chatexchange", { suffix: "" }).config, source: "default" };
}

type Candidate = readonly [source: string, value: string | undefined];

/** The first candidate with a value; an empty variable has none. */
function maybe(...candidates: readonly Candidate[]): Setting<string | undefined> {
  for (const [source, value] of candidates) if (value !== undefined && value !== "") return { value, source };
  return { value: undefined, source: "not set" };
}

function first(...candidates: readonly Candidate[]): Setting<string> {
  const { value, source } = maybe(...candidates);
  return { value: value ?? "", source };
}
