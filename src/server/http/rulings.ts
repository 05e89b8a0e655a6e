/** Who acts on which room, whom and what: the parameters that the calls of owners and moderators share. */
import { refuseUnlessModerator, refuseUnlessRules } from "../world/access.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { Refusal } from "../world/refusal.js";
import { actor, type Call, type ServerContext } from "./call.js";
import { readableRoom } from "./live-routes.js";

export interface Ruling {
  readonly call: Call;
  readonly user: UserRecord;
  readonly room: RoomRecord;
}

/** The room of the path, and somebody who rules there. */
export function ruled(c: ServerContext): Ruling {
  const { call } = c.env;
  const user = actor(call);
  const room = readableRoom(call, Number(c.req.param("id")));
  refuseUnlessRules(room, user);
  return { call, user, room };
}

/** The room of the path, and a moderator. */
export function moderated(c: ServerContext): Ruling {
  const ruling = ruled(c);
  refuseUnlessModerator(ruling.user);
  return ruling;
}

/** The person whom a parameter names. */
export function target(call: Call, parameter: string): UserRecord {
  const user = call.world.users.get(call.params.integer(parameter, 0));
  if (!user) throw new Refusal("no-user", "There is no such user");
  return user;
}

/** The messages of a list of ids, each once; unknown ids are left out. */
export function listed(call: Call, parameter: string): MessageRecord[] {
  const messages: MessageRecord[] = [];
  for (const id of new Set((call.params.get(parameter) ?? "").split(",").map(Number))) {
    const message = call.world.messages.get(id);
    if (message) messages.push(message);
  }
  return messages;
}
