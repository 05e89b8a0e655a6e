/** Lists of flags for users who may see them (protocol.md §5.5). Flagging itself is an action on a message. */
import type { Hono } from "hono";
import { clearModFlag, flaggedMessages } from "../world/flagging.js";
import type { MessageRecord } from "../world/records.js";
import { type Call, requireLogin, type ServerEnv } from "./call.js";
import { jsonResponse, notFoundPage, rawJsonResponse, refusalAsJson } from "./responses.js";

export function addFlagRoutes(app: Hono<ServerEnv>): void {
  app.get("/admin/flagged", (c) => flagged(c.env.call, "flags"));
  app.get("/admin/flagged-moderator", (c) => flagged(c.env.call, "modflags"));
  app.get("/admin/counters", ({ env: { call } }) => {
    if (!call.viewer) return notFoundPage(call);
    const count = (kind: "flags" | "modflags"): number => found(call, kind).length;
    return jsonResponse({ flags: count("flags"), modflags: count("modflags") });
  });
  // The source abbreviates the path, so both readings of it are served.
  app.post("/flags/:flag{[0-9]+}/clear", (c) => clear(c.env.call, Number(c.req.param("flag"))));
  app.post("/messages/:id{[0-9]+}/flags/:flag{[0-9]+}/clear", (c) => clear(c.env.call, Number(c.req.param("flag"))));
}

function found(call: Call, kind: "flags" | "modflags"): MessageRecord[] {
  const onlyNew = call.params.get("show")?.toLowerCase() === "new";
  return flaggedMessages(call.world, call.viewer, kind, onlyNew);
}

/** Users who may not see flags get an empty list. Flags for moderators are 404 for everyone else. */
function flagged(call: Call, kind: "flags" | "modflags"): Response {
  const { viewer } = call;
  if (!viewer || (kind === "modflags" && !viewer.isModerator)) return notFoundPage(call);
  return jsonResponse({ messages: found(call, kind).map((message) => flaggedMessage(call, message)) });
}

function flaggedMessage({ world, viewer }: Call, message: MessageRecord): object {
  const notes = viewer?.isModerator ? (message.flags?.notes ?? []) : [];
  const modflags = notes.map(({ id, text, userId }) => ({
    flag_id: id,
    text,
    user_id: userId,
    username: world.nameOf(userId),
  }));
  return {
    message_id: message.id,
    flag_count: message.flags?.by.size ?? 0,
    content: message.content,
    deleted: message.deleted,
    user_id: message.userId,
    username: world.nameOf(message.userId),
    ...(modflags.length > 0 ? { modflags } : {}),
  };
}

function clear(call: Call, flagId: number): Response {
  const user = requireLogin(call);
  return refusalAsJson(call, () => {
    clearModFlag(call.world, user, flagId);
    return rawJsonResponse('"ok"');
  });
}
