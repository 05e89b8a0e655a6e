/** Invalid UTF-8 in a frame. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Endpoint } from "chatexchange-ts";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { next, stage } from "./support.js";

test("invalid bytes in a message become one replacement character, and the socket stays open", async () => {
  const { server, client, alice } = await stage();
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => void sockets.close());
  await once(sockets, "listening");
  const { port } = sockets.address() as AddressInfo;
  const resolve = (origin: string): Endpoint | undefined =>
    origin.startsWith("wss:") ? { hostname: "127.0.0.1", port } : server.site.resolve(origin);
  const messages = client({ resolve }).getRoom(1).newMessages();
  const [socket] = await once(sockets, "connection");
  await messages.ready;
  const at = server.site.newestEventId;
  for (const [n, text] of ["half an \xc3, at best", "whole again"].entries()) {
    const event = { event_type: 1, id: at + n + 1, room_id: 1, user_id: alice.id, message_id: n + 1, content: text };
    const frame = JSON.stringify({ r1: { e: [event], t: at + n + 1, d: 1 } });
    socket.send(Buffer.from(frame, "latin1"), { binary: false });
  }
  expect(await (await next(messages)).textContent).toBe("half an \ufffd, at best");
  expect(await (await next(messages)).textContent).toBe("whole again");
  expect(sockets.clients.size).toBe(1);
  for (const each of sockets.clients) each.terminate();
});
