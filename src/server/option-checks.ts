/** What each option of a local chat server may be; what is wrong is named with what would be right. */
import { UsageError } from "../errors/index.js";
import { isLoopback, type SiteHost } from "../protocol/sites.js";
import { isRecord } from "../protocol/values.js";
import { checkChoice, checkClock, checkCount, checkFlag, checkFunction, shown } from "../util/options.js";
import { checkDelay } from "./latency.js";
import type { ResolvedOptions } from "./options.js";
import { defaultTextLimits } from "./world/limits.js";
import { refusalRules } from "./world/refusal.js";

type Check = (name: string, value: unknown) => void;

/** The three installations, in the order of their ports. */
export const siteHosts: readonly SiteHost[] = ["stackexchange.com", "stackoverflow.com", "meta.stackexchange.com"];

const from =
  (least: number): Check =>
  (name, value) =>
    checkCount(name, value, least);
const oneOf =
  (...choices: readonly string[]): Check =>
  (name, value) =>
    checkChoice(name, value, choices);

/** What each option may be. */
export const checks: Readonly<Record<keyof ResolvedOptions, Check>> = {
  port: (name, value) => checkCount(name, value, 0, 65_535),
  hostname: checkText,
  exposed: checkFlag,
  sites: checkSites,
  world: oneOf("demo", "empty"),
  throttle: checkFlag,
  clock: checkClock,
  latencyMs: checkDelay,
  random: checkFunction,
  editWindowMs: from(0),
  editGraceMs: from(0),
  heartbeatMs: from(1),
  presenceGraceMs: from(0),
  duplicateWindowMs: from(0),
  backlogLimit: from(1),
  replyPrefixInContent: checkFlag,
  parentInReplies: checkFlag,
  headerMarkup: oneOf("topbar", "s-topbar"),
  presentMarkup: oneOf("initPresent", "initPresent-2019", "js-present"),
  minimumReputation: from(0),
  starsPerDay: from(0),
  transcriptPageSize: from(1),
  maxEvents: from(1),
  maxMessagesPerRoom: from(1),
  maxRequests: from(0),
  maxPings: from(0),
  maxLongText: from(1),
  textLimits: checkTextLimits,
  maxPollBytes: from(1),
  maxSocketBuffer: from(1),
  maxBodyBytes: from(1),
  maxImageBytes: from(1),
  replyMarkup: oneOf("reply-info", "2025-07", "2025"),
  tls: checkTls,
  throttlePauseMs: checkFunction,
  mentionBesideReply: checkFlag,
  enterByEvents: checkFlag,
  refererForEdits: checkFlag,
  refusalStatus: checkStatuses,
  refusalText: checkTexts,
  foreignOrigins: checkFlag,
  requestTimeoutMs: from(1),
  maxConnections: from(1),
  maxSocketsPerVisitor: from(1),
  journal: checkAnyText,
  showAccounts: checkFlag,
};

function checkSites(name: string, value: unknown): void {
  if (!Array.isArray(value) || value.length === 0) {
    throw new UsageError(`${name} is a list of at least one of ${siteHosts.join(", ")}, not ${shown(value)}`);
  }
  for (const host of value) checkChoice("a site", host, siteHosts);
  const twice = value.find((host, index) => value.indexOf(host) !== index);
  if (twice !== undefined) throw new UsageError(`${name} has ${twice} twice; each site runs once`);
}

function checkTls(name: string, value: unknown): void {
  if (isRecord(value) && typeof value.key === "string" && typeof value.cert === "string") return;
  throw new UsageError(`${name} has a key and a cert, both as PEM text`);
}

function checkStatuses(name: string, value: unknown): void {
  for (const [rule, status] of Object.entries(tableOf(name, value))) {
    checkChoice(`a rule of ${name}`, rule, refusalRules);
    checkCount(`${name} of "${rule}"`, status, 200, 599);
  }
}

function checkTextLimits(name: string, value: unknown): void {
  for (const [limit, most] of Object.entries(tableOf(name, value))) {
    checkChoice(`a limit of ${name}`, limit, Object.keys(defaultTextLimits));
    checkCount(`${name} of "${limit}"`, most, 1);
  }
}

function checkTexts(name: string, value: unknown): void {
  for (const text of Object.values(tableOf(name, value))) checkText(`a sentence of ${name}`, text);
}

function tableOf(name: string, value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new UsageError(`${name} is an object, not ${shown(value)}`);
  return value;
}

function checkText(name: string, value: unknown): void {
  checkAnyText(name, value);
  if (String(value).trim() === "") throw new UsageError(`${name} is a text, not ${shown(value)}`);
}

function checkAnyText(name: string, value: unknown): void {
  if (typeof value !== "string") throw new UsageError(`${name} is a text, not ${shown(value)}`);
}

/** @throws {BAD_ARGUMENT} for an address that other machines may reach, unless that is meant */
export function refuseExposure({ hostname, exposed }: ResolvedOptions): void {
  if (isLoopback(hostname) || exposed) return;
  throw new UsageError(
    `a local chat server listens on loopback only, such as "127.0.0.1", not on ${shown(hostname)}, which other machines may reach; if you mean that, say exposed: true`,
  );
}
