/** `chatexchange-ts/bot`: commands, schedules and everything else that bot authors otherwise write themselves. */

export type { AddressedBy } from "./addressed.js";
export { Answer } from "./answer.js";
export { Bot, type JobOptions, type Plugin } from "./bot.js";
export type { BotOptions, InvitationRule, Invited } from "./bot-options.js";
// Ready plugins.
export { type BuiltInCommands, type BuiltInOptions, type BuiltInTexts, builtIns } from "./built-ins.js";
export type { CommandInfo } from "./command-info.js";
export { Composer } from "./composer.js";
export { type AnswerOptions, BotContext, CommandContext, EventContext, HearsContext } from "./context.js";
export type { AskOptions } from "./conversation.js";
export type { BotFeedOptions } from "./feed-set.js";
export type { FeedFormat, FeedItem, FeedStatus } from "./feeds/index.js";
export type {
  CommandOptions,
  Cooldown,
  GroupFilter,
  Handler,
  HandlerOptions,
  HearsOptions,
  Middleware,
  Need,
  Next,
  RoomChoice,
  Unheard,
} from "./handler-options.js";
export type { ClientFigures, HandlerTimes, Health, HealthOptions, MetricSource } from "./health/index.js";
export type { PageOptions } from "./pages.js";
export type {
  ArgumentEnvironment,
  ArgumentParser,
  ArgumentsOf,
  ArgumentType,
  ArgumentTypes,
  CheckedPattern,
  Duration,
  DurationUnit,
  NoTypes,
} from "./pattern/index.js";
export { formatDuration, parseDuration } from "./pattern/index.js";
export { type AfkOptions, type AfkTexts, afk } from "./plugins/afk.js";
export { type FollowedFeedOptions, type FollowedFeedTexts, followedFeeds } from "./plugins/followed-feeds.js";
export { type KarmaOptions, type KarmaTexts, karma } from "./plugins/karma.js";
export {
  type AskModel,
  type LanguageModelOptions,
  type LanguageModelTexts,
  languageModel,
  type ModelMessage,
} from "./plugins/language-model.js";
export { type LearnedOptions, type LearnedTexts, learnedCommands } from "./plugins/learned-commands.js";
export type { CommandChoice } from "./plugins/plugin-options.js";
export { type QuoteOptions, type QuoteTexts, quotes } from "./plugins/quotes.js";
export { type ReminderOptions, type ReminderTexts, reminders } from "./plugins/reminders.js";
export { type SummonOptions, type SummonTexts, summon } from "./plugins/summon.js";
export { type UndoOptions, type UndoTexts, undo } from "./plugins/undo.js";
export { type UnoneboxOptions, type UnoneboxTexts, unonebox } from "./plugins/unonebox.js";
export { type WelcomeOptions, welcome } from "./plugins/welcome.js";
export type { RecentOptions } from "./recent.js";
export type { SayOptions } from "./run.js";
export type { HandlerStatistics } from "./statistics.js";
export type { BotStatus } from "./status.js";
export {
  type CheckedStore,
  type ExpiringOptions,
  expiring,
  type Json,
  type MemoryStoreOptions,
  memoryStore,
  type OpenStoreOptions,
  openStore,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
  type Store,
  scoped,
  withSchema,
} from "./store/index.js";
export type { StreamTextOptions } from "./stream-text.js";
export type { Missed, ScheduleOptions } from "./time/schedules.js";
export type { JobHandler, TimedHandler } from "./time/timetable.js";
