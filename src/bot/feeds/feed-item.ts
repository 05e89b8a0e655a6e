/** A feed as its readers return it, for XML and JSON alike. */

/** An item as the feed has it: texts are untrusted, links may be relative, dates may be nonsense. */
export interface RawItem {
  readonly id?: string | undefined;
  readonly title?: string | undefined;
  /** Whether the title is surely HTML, surely text, or could be either, as in RSS. */
  readonly titleForm: "html" | "text" | "either";
  readonly link?: string | undefined;
  readonly author?: string | undefined;
  readonly date?: string | undefined;
  readonly summary?: string | undefined;
  /** The address that relative links start from. */
  readonly base?: string | undefined;
}

/** A feed as it is. */
export interface RawFeed {
  readonly title?: string | undefined;
  readonly link?: string | undefined;
  readonly items: readonly RawItem[];
}

/** An item of a feed. All texts come from the feed's publisher: escape them before you send them. */
export interface FeedItem {
  /** Identifies the item within its feed: a hash of its id, else of its link, else of its title and date. */
  readonly id: string;
  /** The title as plain text of one line; the beginning of the summary if there is none. May be empty. */
  readonly title: string;
  /** The http or https address; null if there is none. */
  readonly url: string | null;
  readonly author: string | null;
  /** The beginning of the summary, as plain text of one line; "" if there is none. */
  readonly summary: string;
  /** When it was published or last updated, in milliseconds since the epoch; null if the feed does not say. */
  readonly publishedAt: number | null;
}

/** A feed that was understood. */
export interface ReadFeed {
  readonly title: string;
  /** The address of the site that the feed belongs to; null if there is none. */
  readonly url: string | null;
  /** The items, oldest first. */
  readonly items: readonly FeedItem[];
}
