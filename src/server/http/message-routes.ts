/** Posting, editing, deleting, starring, flagging and reading single messages (protocol.md §5.1 to §5.6, §6.1, §6.6). */
import type { Hono } from "hono";
import { renderHistory } from "../pages/index.js";
import { historyView } from "../views/message-views.js";
import { canModerate } from "../world/access.js";
import { clearFlags, flagForModerators, passFlags, toggleFlag } from "../world/flagging.js";
import { deleteMessage, editMessage, findMessage, postMessage, purgeHistory, roomOf } from "../world/posting.js";
import type { MessageRecord, UserRecord } from "../world/records.js";
import { Refusal } from "../world/refusal.js";
import { cancelStars, removePins, togglePin, toggleStar } from "../world/starring.js";
import { type Call, requireLogin, type ServerContext, type ServerEnv } from "./call.js";
import {
  htmlResponse,
  jsonResponse,
  notFoundPage,
  rawJsonResponse,
  redirectResponse,
  refusalAsJson,
  textResponse,
} from "./responses.js";

/** An action on a message. It calls `onAccept` after all other checks. */
type MessageAction = (call: Call, message: MessageRecord, user: UserRecord, onAccept: () => void) => void;

const MESSAGE_ACTIONS: Readonly<Record<string, MessageAction>> = {
  delete: ({ world }, message, user, onAccept) => deleteMessage(world, message, user, onAccept),
  star: ({ world }, message, user, onAccept) => toggleStar(world, message, user, onAccept),
  unstar: ({ world }, message, user, onAccept) => cancelStars(world, message, user, onAccept),
  "owner-star": ({ world }, message, user, onAccept) => togglePin(world, message, user, onAccept),
  "unowner-star": ({ world }, message, user, onAccept) => removePins(world, message, user, onAccept),
  flag: ({ world }, message, user, onAccept) => toggleFlag(world, message, user, onAccept),
  mod: ({ world, params }, message, user, onAccept) =>
    flagForModerators(world, message, user, params.get("info") ?? "", onAccept),
  unflag: ({ world }, message, user, onAccept) => clearFlags(world, message, user, onAccept),
  "counter-flag": ({ world }, message, user, onAccept) => clearFlags(world, message, user, onAccept),
  "meh-flag": ({ world }, message, user, onAccept) => passFlags(world, message, user, onAccept),
  "purge-history": ({ world }, message, user) => purgeHistory(world, message, user),
};

const edit: MessageAction = (call, message, user, onAccept) => {
  const { world, params, state, referer } = call;
  const room = new RegExp(`/rooms/${message.roomId}(/|$)`);
  if (state.options.refererForEdits && !room.test(URL.parse(referer ?? "")?.pathname ?? "")) {
    throw new Refusal("not-allowed", "You cannot write or edit messages in this room");
  }
  editMessage(world, message, user, params.get("text") ?? "", { parentId: parentIdOf(params), onAccept });
};

export function addMessageRoutes(app: Hono<ServerEnv>): void {
  app.post("/chats/:id{[0-9]+}/messages/new", (c) => say(c.env.call, Number(c.req.param("id"))));
  app.post("/messages/:id{[0-9]+}", (c) => change(c, edit));
  for (const [name, act] of Object.entries(MESSAGE_ACTIONS))
    app.post(`/messages/:id{[0-9]+}/${name}`, (c) => change(c, act));
  app.get("/message/:id{[0-9]+}", (c) => showText(c.env.call, visibleMessage(c.env.call, Number(c.req.param("id")))));
  app.get("/messages/:room{[0-9]+}/:id{[0-9]+}", (c) => {
    const message = visibleMessage(c.env.call, Number(c.req.param("id")));
    return message.roomId === Number(c.req.param("room")) ? textResponse(message.source) : notFoundPage(c.env.call);
  });
  app.get("/messages/:id{[0-9]+}/history", (c) => showHistory(c.env.call, Number(c.req.param("id"))));
}

function say(call: Call, roomId: number): Response {
  const user = requireLogin(call);
  const { world, state, params } = call;
  const room = world.rooms.get(roomId);
  if (!room) return notFoundPage(call);
  try {
    const parentId = parentIdOf(params);
    const onAccept = (): void => {
      countWrite(call, user);
      // A user who posts without a socket becomes present only now (protocol.md §3.1).
      state.presence.enter(room, user);
    };
    const message = postMessage(world, room, user, params.get("text") ?? "", { parentId, onAccept });
    return jsonResponse({ id: message.id, time: message.timeStamp });
  } catch (error) {
    if (error instanceof Refusal && error.rule === "duplicate") return jsonResponse({ id: null, time: null });
    throw error;
  }
}

/** Runs an action on a message. The response is `"ok"` or a sentence as a JSON string, both with status 200. */
function change(c: ServerContext, act: MessageAction): Response {
  const { call } = c.env;
  const user = requireLogin(call);
  try {
    return refusalAsJson(call, () => {
      const message = findMessage(call.world, Number(c.req.param("id")), user);
      act(call, message, user, () => countWrite(call, user));
      return rawJsonResponse('"ok"');
    });
  } catch (error) {
    if (error instanceof Refusal && error.rule === "no-message") {
      return redirectResponse(`/error?aspxerrorpath=${c.req.path}`);
    }
    throw error;
  }
}

function countWrite({ state }: Call, user: UserRecord): void {
  state.throttle.accept(user.id, state.options.clock.now());
}

function parentIdOf(params: Call["params"]): number | null {
  const id = params.integer("parentId", 0);
  return id > 0 ? id : null;
}

/** @throws the same {@link Refusal} for a message that is unknown, deleted or not readable */
function visibleMessage(call: Call, id: number): MessageRecord {
  const message = findMessage(call.world, id, call.viewer);
  if (message.deleted) throw new Refusal("no-message", "There is no such message");
  return message;
}

function showText(call: Call, message: MessageRecord): Response {
  if (call.params.flag("plain")) return textResponse(message.source);
  const answer = textResponse(message.content);
  answer.headers.set("Content-Type", "text/html; charset=utf-8");
  answer.headers.set("Content-Security-Policy", "default-src 'none'; img-src https:");
  return answer;
}

/** Only the author, owners and moderators see the history of a deleted message. */
function showHistory(call: Call, id: number): Response {
  const { world, viewer } = call;
  const message = findMessage(world, id, viewer);
  const mayLook = !message.deleted || viewer?.id === message.userId || canModerate(roomOf(world, message), viewer);
  return mayLook ? htmlResponse(renderHistory(historyView(call, message))) : notFoundPage(call);
}
