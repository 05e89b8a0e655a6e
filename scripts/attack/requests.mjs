// Generates hostile requests from a seed: one room under many names, huge numbers, long lists, expensive texts.
const LONG = 4_000;

const NUMBERS = ["0", "-1", "01", "+1", "1e9", "9".repeat(15), "9".repeat(400), "0x10", "NaN", "", "500", "100000"];
const WORDS = [
  "@person ",
  "@per",
  "@a ",
  "[tag:x]",
  "[x](http://a.b/ )",
  "https://example.com/ ",
  "**a** ",
  "\u0301",
  "\n",
  "    a\n",
  ":1 ",
  "&",
  "<",
  "'",
  "`",
  "\u{1f600}",
];

/** Yields an endless sequence of `{ name, who, method, path, form? }`. */
export function* hostileRequests(random, world) {
  const kinds = Object.entries({ ...posts(random, world), ...gets(random, world) });
  for (;;) {
    const [name, make] = random.pick(kinds);
    const { path, form } = make();
    const who = random.chance(0.5) ? "member" : "nobody";
    if (form === undefined) yield { name, who, method: "GET", path };
    else yield { name, who, method: "POST", path, form };
  }
}

function listOf(random, make) {
  const count = random.pick([1, 10, 100, 1_000, 5_000]);
  return Array.from({ length: count }, (_, n) => make(n));
}

function posts(random, world) {
  const number = () => random.pick(NUMBERS);
  const room = () => random.pick([1, 1, 2, 5, 99, 12_345]);
  const message = () => random.pick([world.first, world.own, 1, number()]);
  const text = () => random.pick(WORDS).repeat(random.pick([1, 50, LONG]));
  const ids = () => {
    const start = random.pick([0, world.personId, world.first]);
    return listOf(random, (n) => random.pick([String(n + start), number(), "0".repeat(n % 9) + world.personId])).join();
  };
  const cursor = () => random.pick([world.cursor, world.cursor, 0, number()]);
  return {
    "one room under many names": () => ({
      path: `/events?r1=${cursor()}`,
      form: listOf(random, (n) => [`${random.pick(["r", "h", "R", "r+", "r-"])}${"0".repeat(n % 14)}1`, cursor()]),
    }),
    "many rooms": () => ({ path: "/events", form: listOf(random, (n) => [`r${n}`, cursor()]) }),
    events: () => ({
      path: `/chats/${room()}/events?msgCount=${number()}`,
      form: {
        mode: random.pick(["Messages", "events", text()]),
        before: number(),
        since: number(),
        highlights: "true",
      },
    }),
    "user info": () => ({ path: "/user/info", form: { ids: ids(), roomId: room() } }),
    acknowledge: () => ({ path: "/messages/ack", form: { id: ids() } }),
    move: () => ({ path: `/admin/movePosts/${room()}`, form: { ids: ids(), to: room() } }),
    post: () => ({ path: `/chats/${room()}/messages/new`, form: { text: text(), parentId: message() } }),
    edit: () => ({ path: `/messages/${world.own}`, form: { text: text() } }),
    star: () => ({ path: `/messages/${message()}/star`, form: {} }),
    flag: () => ({ path: `/messages/${message()}/mod`, form: { info: text() } }),
    "ws-auth": () => ({ path: "/ws-auth", form: { roomid: room() } }),
    save: () => ({
      path: "/rooms/save",
      form: { name: text(), description: text(), tags: text(), defaultAccess: "read-write", roomId: number() },
    }),
    bookmark: () => ({
      path: "/conversation/new",
      form: { roomId: room(), firstMessageId: message(), lastMessageId: message(), title: text() },
    }),
    ignore: () => ({ path: "/users/ignorelist/add", form: { id: random.pick([number(), world.personId]) } }),
    profile: () => ({ path: `/users/usermessage/${number()}`, form: { message: text() } }),
    invite: () => ({ path: "/users/invite", form: { UserId: world.personId, RoomId: room() } }),
    "pair off": () => ({ path: "/rooms/pairoff", form: { withUserId: world.personId, name: text() } }),
    favorite: () => ({ path: "/rooms/favorite", form: { roomId: room() } }),
    "last message": () => ({ path: `/chats/${room()}/lastMessage`, form: { beforeId: number(), highlights: "true" } }),
    login: () => ({ path: "/users/login", form: { email: text(), password: text() } }),
  };
}

function gets(random, world) {
  const room = () => random.pick([1, 1, 2, 5, 99, 12_345]);
  const count = () => random.pick(NUMBERS.filter((text) => text.length < 100));
  const needle = () => encodeURIComponent(random.pick(["e", "message", random.pick(WORDS), "x".repeat(2_000)]));
  const get = (make) => () => ({ path: make() });
  return {
    stars: get(() => `/chats/stars/${room()}?count=${count()}`),
    search: get(() => `/search?q=${needle()}&pagesize=${count()}&page=${count()}`),
    "users found": get(() => `/users/search?q=${needle()}&limit=${count()}`),
    "room thumbs": get(() => `/rooms/thumbs/${room()}?showUsage=true`),
    "user thumbs": get(() => `/users/thumbs/${world.personId}?showUsage=true`),
    pingable: get(() => `/rooms/pingable/${room()}`),
    "small list": get(() => `/rooms/minilist?filter=${needle()}`),
    rooms: get(() => `/rooms?filter=${needle()}&page=${count()}&nohide=true`),
    room: get(() => `/rooms/${room()}`),
    "room info": get(() => `/rooms/info/${room()}?tab=${random.pick(["general", "stars", "conversations", "access"])}`),
    people: get(() => `/users?filter=${needle()}&page=${count()}`),
    profile: get(() => `/users/${world.personId}?tab=recent&page=${count()}`),
    transcript: get(() => `/transcript/${room()}`),
    history: get(() => `/messages/${world.own}/history`),
    source: get(() => `/message/${world.own}?plain=true`),
    feed: get(() => `/feeds/rooms/${random.pick(["", "starred/"])}${room()}`),
    "no such page": get(() => `/${needle()}`),
    file: get(() => "/web/chat.css"),
  };
}

/** Encodes the body of a form with its fkey. */
export function bodyOf(fkey, form) {
  return new URLSearchParams([["fkey", fkey], ...(Array.isArray(form) ? form : Object.entries(form))]).toString();
}
