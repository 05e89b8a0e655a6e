/** Feeds: RSS, RDF, Atom and JSON Feed, polled and posted. */
export { Feed, type FeedStatus } from "./feed.js";
export type { FeedItem } from "./feed-item.js";
export { type FeedFormat, type FeedOptions, resolveFeedSource } from "./feed-options.js";
export { formatItem } from "./format-item.js";
