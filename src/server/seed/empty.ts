/** Seeds an empty world: room 1 and the system users only, for tests that add their own users. */
import type { SiteState } from "../site-state.js";
import type { RoomRecord } from "../world/records.js";

export function seedEmpty(state: SiteState): RoomRecord {
  return state.world.addRoom({
    id: 1,
    name: "Sandbox",
    description: "Where you can play with regular chat features (except flagging) without upsetting anyone",
    tags: ["sandbox", "testing"],
  });
}
