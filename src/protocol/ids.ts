/** Resolves method arguments for a room, a user or a message: either the object or its id. */
import { UsageError } from "../errors/index.js";
import type { Site } from "../protocol/sites.js";
import { checkId } from "../util/options.js";

/** The common part of rooms, users and messages. */
export interface SiteObject {
  /** The id on its site. */
  readonly id: number;
  /** The site it belongs to; ids mean nothing on another site. */
  readonly site: Site;
}

/**
 * Returns the id of an object of this site.
 * @throws {BAD_ARGUMENT} for an invalid id or an object of another site
 */
export function resolveId(site: Site, what: "room" | "user" | "message", thing: SiteObject | number): number {
  if (typeof thing === "object" && thing !== null) {
    if (thing.site?.chatOrigin !== site.chatOrigin) {
      const other = thing.site?.host;
      throw new UsageError(
        other
          ? `${what} ${thing.id} belongs to ${other}, not to ${site.host}; ids mean nothing on another site`
          : `that is not a ${what}`,
      );
    }
    return thing.id;
  }
  checkId(what, thing, { negative: what === "user" });
  return thing;
}
