/**
 * For experts: the pure readers and writers of the protocol. Names and shapes here follow the site, and change with it.
 */
export * from "./actions/index.js";
export type { Call, WireAnswer, WireRequest } from "./call.js";
export type { Drift, DriftKind, DriftNote, DriftSink } from "./drift.js";
export { type Frame, isRawEvent, parseFrame, type RoomFrame, readFrame } from "./frames.js";
export * from "./markup/index.js";
export * from "./pages/index.js";
export {
  EventType,
  type EventTypeName,
  type RawEvent,
  type RawEventsAnswer,
  type RawPingable,
  type RawRoomFrame,
  type RawRoomThumbs,
  type RawUser,
  type RawUserSearchHit,
  type RawUserThumbs,
} from "./raw.js";
export { failureOfSentence, refusalOf, sentenceOf } from "./refusals.js";
export { type Endpoint, isLoopback, type Resolver, type Site, type SiteHost, siteOf, sites } from "./sites.js";
export { checkText, maxLineLength } from "./text-rules.js";
