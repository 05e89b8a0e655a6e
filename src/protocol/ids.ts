/** Whatever a method takes for a room, a user or a message: the object, or its id. */
import { UsageError } from "../errors/index.js";
import type { Site } from "../protocol/sites.js";
import { checkId } from "../util/options.js";

/** What rooms, users and messages have in common. */
export interface SiteObject {
  /** Its number on that site. */
  readonly id: number;
  /** The site it lives on: ids mean nothing elsewhere. */
  readonly site: Site;
}

/**
 * The id of something of this site.
 * @throws {BAD_ARGUMENT} for what is no id, or lives on another site.
 */
export function idOf(site: Site, what: "room" | "user" | "message", thing: SiteObject | number): number {
  if (typeof thing === "object" && thing !== null) {
    if (thing.site?.chatOrigin !== site.chatOrigin) {
      const other = thing.site?.host;
      throw new UsageError(
        other
          ? `${what} ${thing.id} is of ${other}, not of ${site.host}; ids mean nothing on another site`
          : `that is no ${what}`,
      );
    }
    return thing.id;
  }
  checkId(what, thing, { negative: what === "user" });
  return thing;
}
