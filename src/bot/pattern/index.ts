/** Patterns of commands, and what people type as their arguments. */
export type {
  ArgumentEnvironment,
  ArgumentParser,
  ArgumentType,
  ArgumentTypes,
} from "./argument-type.js";
export type { ArgumentsOf, CheckedPattern, NoTypes } from "./arguments-of.js";
export { type CommandWords, nameKey, nearest, splitCommand } from "./command-words.js";
export { parseDate } from "./date.js";
export { type Duration, type DurationUnit, durationMs, formatDuration, parseDuration } from "./duration.js";
export type { Parameter } from "./parameter.js";
export { type CommandPattern, parsePattern } from "./pattern.js";
export { type ArgumentsResult, readArguments } from "./read-arguments.js";
