/**
 * For experts: the pure parsers and request builders of the protocol. This entry follows the site's wire format and is exempt
 * from semantic versioning: any minor version may rename or remove an export; a patch version only adds to it. The
 * changelog lists each change under "Protocol"; docs/releasing.md says what a version number promises.
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
