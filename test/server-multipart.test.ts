/**
 * Forms as `multipart/form-data`, which userscripts send with `fetch(url, { body: new FormData(form) })`: every endpoint
 * that takes a form takes this one too, with the same answer, the same limits and the same keys (protocol.md §1).
 */
import { describe, expect, test } from "vitest";
import { firstMessage as M, Wire, type WireStage, wireStage } from "./foreign-wire.js";
import { serverRoutes } from "./server-routes.js";

type Fields = Readonly<Record<string, string>>;
type Person = "owner" | "guest" | "moderator" | "nobody";

/** A route, the requesting user, the path if it has parameters, and the fields of the form. */
type Post = readonly [route: string, person: Person, path: string, fields: Fields];

const messages = "POST /chats/{id}/messages/new";
const login = { email: "gus@example.com", password: "password", fkey: "LOGINKEY" };
const range = { firstMessageId: String(M + 4), lastMessageId: String(M + 5) };
const own = (text: string): Post => [messages, "owner", "/chats/11/messages/new", { text }];
const act = (verb: string, person: Person, fields: Fields = {}): Post => [
  `POST /messages/{id}/${verb}`,
  person,
  `/messages/${M}/${verb}`,
  fields,
];

/** Requests in several worlds: each route at least once, with something to act on. */
const posts: readonly Post[] = [
  own('one\ntwo ünïcödé & "quotes" 100%'),
  own("second"),
  own("third"),
  own("fourth"),
  own("fifth"),
  own("sixth"),
  [messages, "guest", "/chats/11/messages/new", { text: "a reply", parentId: String(M) }],
  ["POST /messages/{id}", "owner", `/messages/${M}`, { text: "edited + still here" }],
  act("star", "guest"),
  act("unstar", "owner"),
  act("owner-star", "owner"),
  act("unowner-star", "owner"),
  act("flag", "guest"),
  act("mod", "guest", { info: "please look" }),
  act("mod", "guest", { info: "please look again" }),
  ["POST /flags/{flag}/clear", "moderator", "/flags/1/clear", {}],
  ["POST /messages/{id}/flags/{flag}/clear", "moderator", `/messages/${M}/flags/2/clear`, {}],
  act("meh-flag", "moderator"),
  act("counter-flag", "moderator"),
  act("unflag", "moderator"),
  act("purge-history", "moderator"),
  act("delete", "owner"),
  ["POST /messages/ack", "owner", "/messages/ack", { id: String(M) }],
  ["POST /chats/{id}/events", "guest", "/chats/11/events", { mode: "Messages", msgCount: "3", before: String(M + 3) }],
  ["POST /chats/{id}/lastMessage", "owner", "/chats/11/lastMessage", { beforeId: String(M + 3) }],
  ["POST /events", "guest", "/events", { r11: "90287600" }],
  ["POST /ws-auth", "guest", "/ws-auth", { roomid: "11" }],
  ["POST /rooms/favorite", "guest", "/rooms/favorite", { roomId: "11" }],
  ["POST /rooms/requestaccess", "guest", "/rooms/requestaccess", { roomId: "12" }],
  ["POST /user/info", "nobody", "/user/info", { ids: "200001,200002", roomId: "11" }],
  ["POST /users/sites/{id}", "guest", "/users/sites/200001", {}],
  ["POST /users/ignorelist/{verb}", "guest", "/users/ignorelist/add", { id: "200001" }],
  ["POST /users/usermessage/{id}", "guest", "/users/usermessage/200002", { message: "about\nme" }],
  ["POST /users/desktopnotify", "guest", "/users/desktopnotify", { value: "true" }],
  ["POST /users/invite", "owner", "/users/invite", { UserId: "200002", RoomId: "11" }],
  ["POST /chats/join/favorite", "guest", "/chats/join/favorite", { quiet: "true", immediate: "true" }],
  ["POST /chats/leave/{which}", "guest", "/chats/leave/all", { quiet: "true" }],
  ["POST /upload/image", "guest", "/upload/image", { "upload-url": "javascript:nothing" }],
  ["POST /rooms/save", "owner", "/rooms/save", { name: "Née", description: "*d*", tags: "a b" }],
  ["POST /rooms/setuseraccess/{id}", "owner", "/rooms/setuseraccess/11", { aclUserId: "200002", userAccess: "owner" }],
  ["POST /rooms/pairoff", "owner", "/rooms/pairoff", { withUserId: "200002", name: "Two of us" }],
  ["POST /conversation/new", "owner", "/conversation/new", { roomId: "11", title: "A talk", ...range }],
  ["POST /conversation/delete/{room}/{slug}", "owner", "/conversation/delete/11/a-talk", {}],
  ["POST /admin/movePosts/{id}", "owner", "/admin/movePosts/11", { ids: `${M + 1},${M + 2}`, to: "12" }],
  ["POST /admin/movePostsToNew/{id}", "moderator", "/admin/movePostsToNew/11", { ids: `${M + 3}`, newTitle: "New" }],
  ["POST /admin/deletePosts/{id}", "moderator", "/admin/deletePosts/11", { id: `${M + 4}` }],
  ["POST /rooms/kickmute/{id}", "moderator", "/rooms/kickmute/12", { userID: "200002" }],
  ["POST /rooms/timeout/{id}", "owner", "/rooms/timeout/11", { duration: "60", reason: "calm" }],
  ["POST /rooms/setfrozen/{id}", "moderator", "/rooms/setfrozen/12", { freeze: "true" }],
  ["POST /rooms/setdeleted/{id}", "moderator", "/rooms/setdeleted/12", { delete: "true" }],
  ["POST /", "guest", "/", { email: "gus@example.com" }],
  ["POST /local/sign-up", "nobody", "//127.0.0.1/local/sign-up", { name: "New Person", fkey: "LOGINKEY" }],
  ["POST /local/become", "nobody", "//127.0.0.1/local/become", { email: "gus@example.com", fkey: "LOGINKEY" }],
  [
    "POST /users/login-or-signup/validation/track",
    "nobody",
    "//stackoverflow.com/users/login-or-signup/validation/track",
    { ...login, isSignup: "false" },
  ],
  ["POST /users/login", "nobody", "//stackoverflow.com/users/login", login],
  ["POST /users/logout", "nobody", "//stackoverflow.com/users/logout", { fkey: "LOGINKEY" }],
];

interface Stage extends WireStage {
  readonly moderator: Wire;
  readonly loginKey: string;
}

async function stage(): Promise<Stage> {
  const made = await wireStage({ showAccounts: true });
  const { site, nobody } = made;
  const { email } = site.addUser({ name: "Mona", email: "mona@example.com", isModerator: true });
  const page = await nobody.send("GET //stackoverflow.com/users/login");
  const loginKey = /name="fkey" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? "";
  return { ...made, loginKey, moderator: await new Wire(site).logIn(email) };
}

/** The fields with the keys of that person. */
function keyed({ loginKey, ...people }: Stage, person: Person, fields: Fields): [string, string][] {
  const filled = { ...(person === "nobody" ? {} : { fkey: people[person].fkey }), ...fields };
  return Object.entries(filled).map(([name, value]) => [name, value === "LOGINKEY" ? loginKey : value]);
}

/** Hides the differences that two worlds must have: keys, tokens and ports. */
const comparable = (answer: string, location: unknown): string =>
  `${answer} -> ${location}`.replace(/[0-9a-f]{32,64}/g, "KEY").replace(/127\.0\.0\.1:\d+/g, "HERE");

/** The bytes and the type of a form, made by the platform. */
async function encoded(fields: Iterable<readonly [string, string | Blob]>): Promise<readonly [Buffer, string]> {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  const made = new Response(form);
  return [Buffer.from(await made.arrayBuffer()), made.headers.get("content-type") ?? ""];
}

async function multipart(there: Stage, person: Person, path: string, fields: Fields): Promise<string> {
  const [body, type] = await encoded(keyed(there, person, fields));
  const answer = await there[person].send(`POST ${path}`, body, { "content-type": type });
  return comparable(answer, there[person].headers.location);
}

async function urlencoded(there: Stage, person: Person, path: string, fields: Fields): Promise<string> {
  const body = Buffer.from(new URLSearchParams(keyed(there, person, fields)).toString());
  const answer = await there[person].send(`POST ${path}`, body);
  return comparable(answer, there[person].headers.location);
}

test("every endpoint that takes a form answers a multipart one the same", async () => {
  const taken = new Set(posts.map(([route]) => route));
  const bodiless = ["POST /users/login/universal/request"];
  const routes = [...(await serverRoutes())].filter((route) => route.startsWith("POST "));
  expect([...taken].sort()).toEqual(routes.filter((route) => !bodiless.includes(route)).sort());
  const [one, two] = [await stage(), await stage()];
  await using _ = one.server;
  await using __ = two.server;
  for (const [route, person, path, fields] of posts) {
    const form = await urlencoded(one, person, path, fields);
    expect(form, `${route} has nothing to do`).toMatch(/^(200 |302 )/);
    expect(`${route} ${await multipart(two, person, path, fields)}`).toBe(`${route} ${form}`);
  }
  const said = ({ site }: Stage): unknown => site.room(11).messages.map(({ source, content }) => [source, content]);
  expect(said(two)).toEqual(said(one));
});

test("a multipart form without a valid fkey is refused like any other, at every endpoint", async () => {
  const there = await stage();
  await using _ = there.server;
  const keyless = ["POST /user/info", "POST /users/sites/{id}", "POST /upload/image", "POST /"];
  for (const [route, person, path, fields] of posts.filter(([name]) => !keyless.includes(name))) {
    for (const fkey of ["0".repeat(32), ""]) {
      const answer = await multipart(there, person, path, { ...fields, fkey });
      expect(`${route} ${answer.slice(0, 4)}`).toBe(`${route} 400 `);
    }
  }
});

describe("a multipart form", () => {
  const say = (there: Stage, body: Buffer, type: string): Promise<string> =>
    there.guest.send("POST /chats/11/messages/new", body, { "content-type": type });
  const sources = ({ site }: Stage): readonly string[] => site.room(11).messages.map(({ source }) => source);

  test("may have files, which the server ignores", async () => {
    const there = await stage();
    await using _ = there.server;
    const { fkey } = there.guest;
    const [body, type] = await encoded([
      ["text", new Blob(["from a file"])],
      ["fkey", new Blob(["0".repeat(32)])],
      ["text", "from the form"],
      ["fkey", fkey],
      ["text", new Blob(["from another file"])],
    ]);
    expect(await say(there, body, type)).toMatch(/^200 \{"id":\d+/);
    expect(sources(there)).toEqual(["from the form"]);
  });

  test("is parsed as curl, Python and old browsers write it", async () => {
    const there = await stage();
    await using _ = there.server;
    const { fkey } = there.guest;
    const part = (headers: string, value: string): string => `${headers}\r\n\r\n${value}\r\n`;
    const key = part('content-disposition: form-data; name="fkey"', fkey);
    const bodies: [string, string][] = [
      // No quotes around the name, a type of its own, and white space behind the boundary.
      [
        `--b1  \r\n${part("Content-Type: text/plain; charset=UTF-8\r\nContent-Disposition: form-data; name=text", "one")}--b1\r\n${key}--b1--`,
        "multipart/form-data; boundary=b1",
      ],
      // Text in front of the first boundary and behind the last, and a boundary in quotes.
      [
        `preamble\r\n--b 2\r\n${key}--b 2\r\n${part('Content-Disposition: form-data; name="text"', "two")}--b 2--\r\nepilogue`,
        'Multipart/Form-Data; charset=utf-8; boundary="b 2"',
      ],
      // Lines that only look like a boundary.
      [
        `--b3\r\n${key}--b3\r\n${part('Content-Disposition: form-data; name="text"', "three\n--b3 is no boundary\n--b")}--b3--\r\n`,
        "multipart/form-data;boundary=b3",
      ],
    ];
    for (const [body, type] of bodies) expect(await say(there, Buffer.from(body), type)).toMatch(/^200 \{"id":\d+/);
    expect(sources(there)).toEqual(["one", "two", "three\n--b3 is no boundary\n--b"]);
  });

  test("is refused with 400 and a sentence when it cannot be parsed", async () => {
    const there = await stage();
    await using _ = there.server;
    const [whole, type] = await encoded([
      ["text", "hello"],
      ["fkey", there.guest.fkey],
    ]);
    const boundary = /boundary=(.*)$/.exec(type)?.[1] ?? "";
    const broken: [Buffer, string][] = [
      [whole, "multipart/form-data"],
      [whole, `multipart/form-data; boundary=`],
      [whole, `multipart/form-data; boundary=${"x".repeat(71)}`],
      [whole, "multipart/form-data; boundary=another"],
      [Buffer.alloc(0), type],
      [Buffer.from("text=hello"), type],
      [Buffer.from(`--${boundary}\r\n\r\nno name\r\n--${boundary}--`), type],
      [Buffer.from(`--${boundary}\r\nContent-Disposition: attachment; name="text"\r\n\r\nx\r\n--${boundary}--`), type],
      [Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n--${boundary}y`), type],
      [
        Buffer.from(
          `--${boundary}\r\nX: ${"y".repeat(9000)}\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n--${boundary}--`,
        ),
        type,
      ],
    ];
    for (let length = 0; length < whole.length - 6; length += 7) broken.push([whole.subarray(0, length), type]);
    for (const [body, contentType] of broken) {
      const answer = await say(there, body, contentType);
      expect(answer, `${contentType}: ${body}`).toBe("400 The form is broken: its multipart body cannot be read");
      expect(there.guest.headers.chat).toBe("error");
    }
    expect(sources(there)).toEqual([]);
    expect(await say(there, whole, type)).toMatch(/^200 /);
  });

  test("is subject to the limit of all bodies, files included", async () => {
    const stageOfTen = await wireStage({ maxBodyBytes: 10_000 });
    await using _ = stageOfTen.server;
    const { guest } = stageOfTen;
    for (const value of ["x".repeat(10_000), new Blob(["x".repeat(10_000)])]) {
      const [body, type] = await encoded([
        ["fkey", guest.fkey],
        ["text", "hello"],
        ["more", value],
      ]);
      const answer = await guest.send("POST /chats/11/messages/new", body, { "content-type": type });
      expect(answer).toBe("413 The request is too large.");
    }
  });
});
