import { once } from "node:events";
import { createRequire } from "node:module";
import { Client } from "chatexchange-ts";
import { NO_BAR } from "../support/bars.mjs";
import { heapBytes, start } from "../support/measure.mjs";

const USERS = Number(process.env.USERS ?? 10_000);
const ROOMS = Number(process.env.ROOMS ?? 500);
/** This many names are requested at once. */
const BATCH = 500;

async function measureOurs({ url, userIds, roomIds }) {
  const client = new Client(url);
  // The code that reads them is loaded and compiled before the first reading of the heap.
  await client.getRoom(roomIds[0]).name;
  await client.getUser(userIds[0]).name;
  const before = await heapBytes();
  const users = userIds.map((id) => client.getUser(id));
  for (let at = 0; at < users.length; at += BATCH)
    await Promise.all(users.slice(at, at + BATCH).map((user) => user.name));
  const withUsers = await heapBytes();
  const rooms = roomIds.map((id) => client.getRoom(id));
  await Promise.all(rooms.map((room) => room.name));
  const withRooms = await heapBytes();
  const names = [...users, ...rooms].filter(({ peek }) => peek.name !== undefined).length;
  if (names !== userIds.length + roomIds.length) throw new Error(`${names} of the names are known`);
  users.length = 0;
  rooms.length = 0;
  const after = await heapBytes();
  await client.logout();
  return { users: withUsers - before, rooms: withRooms - withUsers, left: after - before };
}

async function measureTheirs({ userIds, roomIds }) {
  const { default: Theirs } = createRequire(import.meta.url)("chatexchange");
  const client = new Theirs("stackexchange.com");
  const before = await heapBytes();
  const users = userIds.map((id) => client.getUser(id, { name: `Somebody ${id}` }));
  const withUsers = await heapBytes();
  const rooms = roomIds.map((id) => client.getRoom(id));
  const withRooms = await heapBytes();
  if (users.length + rooms.length !== userIds.length + roomIds.length) throw new Error("objects are missing");
  users.length = 0;
  rooms.length = 0;
  const after = await heapBytes();
  return { users: withUsers - before, rooms: withRooms - withUsers, left: after - before };
}

const count = USERS.toLocaleString("en-US");

export const row = {
  title: "Memory of users and rooms",
  about: `
${count} users and ${ROOMS} rooms with known names, all of them held; the heap is read after a full garbage collection. Ours fetches the names from a local server in a process
of its own, and rooms learn description, tags and favorite from the same answer. \`chatexchange@0.6.5\` is given the name of each user; its rooms have none. Then the program drops its references: our objects can
be collected, theirs stay in the client's maps.`,
  figures: {
    users: { what: `heap for ${count} users`, against: "`chatexchange@0.6.5`", unit: "MB", bar: NO_BAR },
    rooms: { what: `heap for ${ROOMS} rooms`, against: "`chatexchange@0.6.5`", unit: "MB", bar: NO_BAR },
    left: { what: "heap left when they are dropped", against: "`chatexchange@0.6.5`", unit: "MB", bar: NO_BAR },
  },
  async run() {
    const server = start("world-server", [USERS, ROOMS]);
    const [place] = await once(server, "message");
    const ours = await measureOurs(place);
    const theirs = await measureTheirs(place);
    server.disconnect();
    const figure = (key) => ({
      ours: ours[key] / 1e6,
      theirs: theirs[key] / 1e6,
      ratio: ours[key] / theirs[key],
    });
    const each = (bytes, all) => `${Math.round(bytes / all)} bytes`;
    return {
      figures: { users: figure("users"), rooms: figure("rooms"), left: figure("left") },
      details: `a user of ours ${each(ours.users, USERS)}, of theirs ${each(theirs.users, USERS)}; a room of ours ${each(ours.rooms, ROOMS)}, of theirs ${each(theirs.rooms, ROOMS)}`,
    };
  },
};
