// The pages of the row "pages": how our client and cheerio get the values of each.
import { gunzipSync } from "node:zlib";
import { htmlToText } from "chatexchange-ts/protocol";
import { load } from "cheerio";
import * as theirs from "./cheerio-pages.mjs";
import { byCheerio } from "./cheerio-transcript.mjs";

const shown = ({ id, peek }) => {
  const { owner, content, stars, pinned, edited, parent } = peek;
  const author = { userId: owner.id, userName: owner.peek.name };
  return { id, ...author, content, replyTo: parent?.id ?? null, edited, stars, pinned };
};
/** cheerio writes the markup of a message in its own way, so texts are compared. */
const textOf = ({ content, ...rest }) => ({ ...rest, text: htmlToText(content ?? "") });
const listed = (message) => {
  const { pinned: _, ...rest } = shown(message);
  return textOf(rest);
};
const pick = (object, keys) => Object.fromEntries(keys.map((key) => [key, object[key]]));

const collect = async (values) => {
  const all = [];
  for await (const value of values) all.push(value);
  return all;
};

/** Each page: its path, our call, cheerio's extraction, and our value in the form of cheerio's. */
export function pagesOf({ roomId, userId, messageId, recorded }) {
  const messages = { theirs: theirs.messagesOf, comparable: (all) => all.map(shown) };
  const info = `/rooms/info/${roomId}`;
  return {
    transcript: {
      path: `/transcript/${recorded.roomId}/${recorded.day.split("-").map(Number).join("/")}`,
      ours: (client) => collect(client.getRoom(recorded.roomId).transcript(recorded.day)),
      theirs: byCheerio,
      comparable: (all) => all.map(listed),
      expected: ({ messages }) => messages.map(({ highlighted: _, mine: __, label: ___, ...rest }) => textOf(rest)),
    },
    "search of 100 hits": {
      ...messages,
      path: "/search?q=words&page=1&pagesize=100",
      ours: (client) => collect(client.searchMessages("words")),
    },
    "tab of stars": {
      ...messages,
      path: `${info}?tab=stars&page=1`,
      ours: (client) => collect(client.getRoom(roomId).starredMessages()),
    },
    "list of stars": {
      path: `/chats/stars/${roomId}?count=0`,
      ours: (client) => client.getRoom(roomId).starred(),
      theirs: theirs.starsOf,
      comparable: (all) =>
        all.map((message) => {
          const { replyTo: _, edited: __, ...rest } = shown(message);
          return { ...rest, timeStamp: message.peek.timeStamp };
        }),
    },
    "history of a message": {
      path: `/messages/${messageId}/history`,
      ours: (client) => client.getMessage(messageId).history(),
      theirs: theirs.historyOf,
      comparable: (all) => all.map(({ user, source }) => ({ userId: user.id, userName: user.peek.name, source })),
    },
    "profile of a user": {
      path: `/users/${userId}`,
      ours: (client) => refreshed(client.getUser(userId), (user) => user.parentProfileUrl),
      theirs: theirs.profileOf,
      comparable: ({ peek }, keys) => pick(peek, keys),
    },
    "info of a room": {
      path: `${info}?id=${roomId}&tab=general&users=current`,
      ours: (client) => refreshed(client.getRoom(roomId), (room) => room.messageCount),
      theirs: theirs.roomInfoOf,
      comparable: ({ peek }, keys) => ({ ...pick(peek, keys), owners: peek.owners.map(({ id }) => id) }),
    },
    "list of rooms": {
      path: "/rooms?tab=all&sort=active&page=1",
      ours: (client) => collect(client.rooms()),
      theirs: theirs.roomsOf,
      comparable: (rooms, [first]) => rooms.map(({ id, peek }) => pick({ id, ...peek }, Object.keys(first))),
    },
    "access to a room": {
      path: `${info}?tab=access`,
      ours: (client) => client.getRoom(roomId).accessList(),
      theirs: theirs.accessOf,
      comparable: (list, keys) =>
        Object.fromEntries(keys.map((key) => [key, list[key].map(({ id, peek }) => [id, peek.name])])),
    },
  };
}

/** Fetches one property anew, and gives the object, which has learned the others from the same answer. */
async function refreshed(object, property) {
  object.invalidate(...Object.keys(object.peek));
  await property(object);
  return object;
}

/** The values of some bytes by cheerio. */
export function extracted({ theirs: extract }, bytes) {
  return extract(load(gunzipSync(bytes).toString("utf8")));
}
