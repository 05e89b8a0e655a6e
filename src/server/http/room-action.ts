/** Parameters that the actions of owners and moderators share: the room, the acting user, the target user, the messages. */
import { requireModerator, requireOwner } from "../world/access.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { Refusal } from "../world/refusal.js";
import { type Call, requireLogin, type ServerContext } from "./call.js";
import { readableRoom } from "./live-routes.js";

export interface RoomAction {
  readonly call: Call;
  readonly user: UserRecord;
  readonly room: RoomRecord;
}

/** The room of the path, with an acting owner or moderator. @throws a {@link Refusal} */
export function ownerAction(c: ServerContext): RoomAction {
  const { call } = c.env;
  const user = requireLogin(call);
  const room = readableRoom(call, Number(c.req.param("id")));
  requireOwner(room, user);
  return { call, user, room };
}

/** The room of the path, with an acting moderator. @throws a {@link Refusal} */
export function moderatorAction(c: ServerContext): RoomAction {
  const ruling = ownerAction(c);
  requireModerator(ruling.user);
  return ruling;
}

/** The user whose id a parameter has. @throws a {@link Refusal} */
export function targetUser(call: Call, parameter: string): UserRecord {
  const user = call.world.users.get(call.params.integer(parameter, 0));
  if (!user) throw new Refusal("no-user", "There is no such user");
  return user;
}

/** The messages of a list of ids, without duplicates and unknown ids. */
export function listedMessages(call: Call, parameter: string): MessageRecord[] {
  const messages: MessageRecord[] = [];
  for (const id of new Set((call.params.get(parameter) ?? "").split(",").map(Number))) {
    const message = call.world.messages.get(id);
    if (message) messages.push(message);
  }
  return messages;
}
