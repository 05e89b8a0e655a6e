/** Validates the options of a local chat server. Each error names the option and the values it accepts. */
import { UsageError } from "../errors/index.js";
import { isLoopback, type SiteHost } from "../protocol/sites.js";
import { isRecord } from "../protocol/values.js";
import { checkChoice, checkClock, checkCount, checkFlag, checkFunction, previewValue } from "../util/options.js";
import { checkDelay } from "./latency.js";
import type { ResolvedOptions } from "./options.js";
import { DEFAULT_TEXT_LIMITS } from "./world/limits.js";
import { REFUSAL_RULES } from "./world/refusal.js";

type Check = (name: string, value: unknown) => void;

/** The three chat hosts, in the order of their ports. */
export const SITE_HOSTS: readonly SiteHost[] = ["stackexchange.com", "stackoverflow.com", "meta.stackexchange.com"];

const atLeast =
  (least: number): Check =>
  (name, value) =>
    checkCount(name, value, least);
const oneOf =
  (...choices: readonly string[]): Check =>
  (name, value) =>
    checkChoice(name, value, choices);

/** The check of each option. */
export const OPTION_CHECKS: Readonly<Record<keyof ResolvedOptions, Check>> = {
  port: (name, value) => checkCount(name, value, 0, 65_535),
  hostname: checkNonEmptyText,
  exposed: checkFlag,
  sites: checkSites,
  world: oneOf("demo", "empty"),
  throttle: checkFlag,
  clock: checkClock,
  latencyMs: checkDelay,
  random: checkFunction,
  editWindowMs: atLeast(0),
  editGraceMs: atLeast(0),
  heartbeatMs: atLeast(1),
  presenceGraceMs: atLeast(0),
  duplicateWindowMs: atLeast(0),
  backlogLimit: atLeast(1),
  replyPrefixInContent: checkFlag,
  parentInReplies: checkFlag,
  headerMarkup: oneOf("topbar", "s-topbar"),
  presentMarkup: oneOf("initPresent", "initPresent-2019", "js-present"),
  minimumReputation: atLeast(0),
  starsPerDay: atLeast(0),
  transcriptPageSize: atLeast(1),
  maxEvents: atLeast(1),
  maxMessagesPerRoom: atLeast(1),
  maxRequests: atLeast(0),
  maxPings: atLeast(0),
  maxLongText: atLeast(1),
  textLimits: checkTextLimits,
  maxPollBytes: atLeast(1),
  maxSocketBuffer: atLeast(1),
  maxBodyBytes: atLeast(1),
  maxImageBytes: atLeast(1),
  replyMarkup: oneOf("reply-info", "2025-07", "2025"),
  tls: checkTls,
  throttlePauseMs: checkFunction,
  mentionBesideReply: checkFlag,
  enterByEvents: checkFlag,
  refererForEdits: checkFlag,
  refusalStatus: checkStatuses,
  refusalText: checkTexts,
  foreignOrigins: checkFlag,
  requestTimeoutMs: atLeast(1),
  maxConnections: atLeast(1),
  maxSocketsPerVisitor: atLeast(1),
  journal: checkText,
  showAccounts: checkFlag,
};

function checkSites(name: string, value: unknown): void {
  if (!Array.isArray(value) || value.length === 0) {
    throw new UsageError(
      `${name} must be a list of at least one of ${SITE_HOSTS.join(", ")}, not ${previewValue(value)}`,
    );
  }
  for (const host of value) checkChoice("a site", host, SITE_HOSTS);
  const twice = value.find((host, index) => value.indexOf(host) !== index);
  if (twice !== undefined) throw new UsageError(`${name} lists ${twice} twice; each site can run only once`);
}

function checkTls(name: string, value: unknown): void {
  if (isRecord(value) && typeof value.key === "string" && typeof value.cert === "string") return;
  throw new UsageError(`${name} must have a key and a cert, both as PEM text`);
}

function checkStatuses(name: string, value: unknown): void {
  for (const [rule, status] of Object.entries(checkTable(name, value))) {
    checkChoice(`a rule of ${name}`, rule, REFUSAL_RULES);
    checkCount(`${name} of "${rule}"`, status, 200, 599);
  }
}

function checkTextLimits(name: string, value: unknown): void {
  for (const [limit, most] of Object.entries(checkTable(name, value))) {
    checkChoice(`a limit of ${name}`, limit, Object.keys(DEFAULT_TEXT_LIMITS));
    checkCount(`${name} of "${limit}"`, most, 1);
  }
}

function checkTexts(name: string, value: unknown): void {
  for (const text of Object.values(checkTable(name, value))) checkNonEmptyText(`a sentence of ${name}`, text);
}

function checkTable(name: string, value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new UsageError(`${name} must be an object, not ${previewValue(value)}`);
  return value;
}

function checkNonEmptyText(name: string, value: unknown): void {
  checkText(name, value);
  if (String(value).trim() === "") throw new UsageError(`${name} must be a string, not ${previewValue(value)}`);
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== "string") throw new UsageError(`${name} must be a string, not ${previewValue(value)}`);
}

/** @throws {BAD_ARGUMENT} if other machines can reach the address and `exposed` is not set */
export function checkExposure({ hostname, exposed }: ResolvedOptions): void {
  if (isLoopback(hostname) || exposed) return;
  throw new UsageError(
    `a local chat server listens on loopback only, such as "127.0.0.1"; other machines could reach ${previewValue(hostname)}; set exposed: true to allow that`,
  );
}
