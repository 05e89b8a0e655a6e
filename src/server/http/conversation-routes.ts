/** Bookmarked conversations and a room's feeds (protocol.md §5.8, §6.12). */
import type { Hono } from "hono";
import { escapeHtml } from "../../protocol/markup/escape.js";
import { renderConversation, renderFeed, renderOpenSearch } from "../pages/index.js";
import { conversationPath } from "../paths.js";
import { conversationPageView, feedView } from "../views/conversation-view.js";
import { frameView } from "../views/frame-view.js";
import { mayRead } from "../world/access.js";
import { bookmark, deleteBookmark } from "../world/bookmarks.js";
import { type Call, requireLogin, type ServerEnv } from "./call.js";
import { readableRoom } from "./live-routes.js";
import { htmlResponse, jsonResponse, notFoundPage, rawJsonResponse, refusalAsJson, textResponse } from "./responses.js";

export function addConversationRoutes(app: Hono<ServerEnv>): void {
  app.post("/conversation/new", (c) => refusalAsJson(c.env.call, () => create(c.env.call)));
  app.post("/conversation/delete/:room{[0-9]+}/:slug", ({ env: { call }, req }) =>
    refusalAsJson(call, () => {
      const user = requireLogin(call);
      deleteBookmark(call.world, readableRoom(call, Number(req.param("room"))), user, req.param("slug"));
      return rawJsonResponse('"ok"');
    }),
  );
  app.get("/rooms/:id{[0-9]+}/conversation/:slug", ({ env: { call }, req }) => {
    const room = call.world.rooms.get(Number(req.param("id")));
    const found = room?.bookmarks.get(req.param("slug"));
    if (!room || !found || !mayRead(room, call.viewer)) return notFoundPage(call);
    return htmlResponse(renderConversation(conversationPageView(call, room, found)));
  });
  app.get("/feeds/rooms/:id{[0-9]+}", (c) => feed(c.env.call, Number(c.req.param("id")), "messages"));
  app.get("/feeds/rooms/starred/:id{[0-9]+}", (c) => feed(c.env.call, Number(c.req.param("id")), "starred"));
  app.get("/opensearch.xml", ({ env: { call } }) =>
    xmlResponse(renderOpenSearch(frameView(call), call.place.chatUrl), "opensearchdescription"),
  );
}

/** Creates a bookmark. The message in the response is HTML with a link to the new page. */
function create(call: Call): Response {
  const user = requireLogin(call);
  const { world, params } = call;
  const room = readableRoom(call, params.integer("roomId", -1));
  const made = bookmark(world, room, user, {
    firstId: params.integer("firstMessageId", 0),
    lastId: params.integer("lastMessageId", 0),
    title: params.get("title") ?? "",
  });
  const link = `<a href="${conversationPath(room.id, made.slug)}">${escapeHtml(made.title)}</a>`;
  return jsonResponse({ ok: true, message: `The conversation has been bookmarked as ${link}.` });
}

function feed(call: Call, roomId: number, kind: "messages" | "starred"): Response {
  const room = call.world.rooms.get(roomId);
  if (!room || !mayRead(room, call.viewer)) return notFoundPage(call);
  return xmlResponse(renderFeed(feedView(call, room, kind)), "atom");
}

function xmlResponse(text: string, kind: "atom" | "opensearchdescription"): Response {
  const answer = textResponse(text);
  answer.headers.set("Content-Type", `application/${kind}+xml; charset=utf-8`);
  return answer;
}
