// Measures the CPU cost of requests of up to a megabyte, relative to a post of plain words of the same size in the same run.
import { openStage } from "./stage.mjs";

/**
 * The most CPU time of a request, as a multiple of that of a plain post of the same size. Short requests for pages and
 * lists are compared with the whole plain post.
 */
const MOST_TIMES = 10;
const SIZE = 900_000;

/** Repeats a unit to a text of about `size` bytes on the wire. */
function fill(unit, size = SIZE) {
  return unit.repeat(Math.max(1, Math.floor(size / encodeURIComponent(unit).length)));
}

function joined(make, size = SIZE) {
  let text = "";
  for (let n = 0; text.length < size; n++) text += make(n);
  return text;
}

/** The attacks by name. Posts contain the number of the round, so that they differ. */
function attacks({ world, member, nobody }) {
  const { first, own, cursor } = world;
  const say = (text) => (turn) => member.post("/chats/1/messages/new", { text: `${turn}\n${text}` });
  const form = (path, body) => () => nobody.send("POST", path, `fkey=${nobody.fkey}&${body}`);
  const post = (path, fields) => () => member.post(path, fields);
  const get = (path) => () => nobody.get(path);
  const ids = joined((n) => `${n + first}%2C`);
  return {
    "one name many times": say(fill("@word ")),
    "different names": say(joined((n) => `@z${n}z `, 560_000)),
    "names of everybody": say(joined((n) => `@PersonNumber${n % 2_000} `, 560_000)),
    "one long name": say(`@${fill("a")}`),
    "only @": say(fill("@")),
    "addresses without a space": say(fill("http://")),
    brackets: say(fill("[")),
    "lines of code": say(fill("    a\n")),
    "line ends": say(`${fill("\n")}x`),
    spaces: say(`${fill(" ")}x`),
    accents: say(`@${fill("\u0301")}`),
    "prefixes of replies": say(fill(":1 ")),
    "an edit": (turn) => member.post(`/messages/${own}`, { text: `${turn}\n${fill("word ")}` }),
    "a poll of one room under many names": form(
      "/events",
      joined((n) => `r${"0".repeat(n % 14)}1=${cursor}&`),
    ),
    "a poll of many rooms": form(
      "/events",
      joined((n) => `r${n}=${cursor}&`),
    ),
    "many parameters": form(
      "/chats/1/events",
      joined((n) => `${n}=&`),
    ),
    escapes: form("/chats/1/events", `x=${"%41".repeat(SIZE / 3)}`),
    "many ids of people": form("/user/info", `ids=${joined((n) => `${n + world.personId}%2C`)}`),
    "many ids of pings": () => member.send("POST", "/messages/ack", `fkey=${member.fkey}&id=${ids}`),
    "many ids to move": () => member.send("POST", "/admin/movePosts/99", `fkey=${member.fkey}&to=1&ids=${ids}`),
    "a long room name": post("/rooms/save", { name: fill("n"), defaultAccess: "read-write" }),
    "many tags": post("/rooms/save", { name: "n", tags: fill("t "), defaultAccess: "read-write" }),
    "a long title": post("/conversation/new", {
      roomId: 1,
      firstMessageId: first,
      lastMessageId: own,
      title: fill("t"),
    }),
    "a long flag": post(`/messages/${first}/mod`, { info: fill("t") }),
    "a long email": post("/users/login", { email: fill("p"), password: "x" }),
    "short: everybody by three letters": post("/chats/1/messages/new", { text: "@per" }),
    "short: 500 messages": post("/chats/1/events", { mode: "Messages", msgCount: 500 }),
    "short: highlights": post("/chats/1/events", { mode: "Messages", msgCount: 500, highlights: "true" }),
    "short: an old cursor": post("/events", { r1: cursor }),
    "short: an old cursor in 50 rooms": form(
      "/events",
      joined((n) => `r${n}=${cursor}&`, 1_000),
    ),
    "short: all stars": get("/chats/stars/1?count=0"),
    "short: a search": get("/search?q=e&pagesize=100"),
    "short: a room of 2,000": get("/rooms/1"),
    "short: rooms": get("/rooms"),
    "short: a history": get(`/messages/${own}/history`),
  };
}

/** @returns `{ name, tried, bad, rows }`, with a row per attack: bytes, CPU time, and its ratio to plain words */
export async function attackCosts({ rounds = 3 }) {
  const stage = await openStage();
  const measure = async (act) => {
    const times = [];
    let answer;
    for (let round = 0; round < rounds; round++) {
      const before = await stage.cpuMs();
      answer = await act(round);
      times.push((await stage.cpuMs()) - before);
    }
    return { answer, ms: times.sort((a, b) => a - b)[rounds >> 1] };
  };
  const plainText = fill("word ");
  const plainPost = (turn) => stage.member.post("/chats/1/messages/new", { text: `${turn}\n${plainText}` });
  await measure(plainPost);
  const plain = await measure(plainPost);
  const rows = [{ attack: "plain words", bytes: plain.answer.sent, status: 200, "CPU ms": plain.ms, times: 1 }];
  const bad = [];
  for (const [attack, act] of Object.entries(attacks(stage))) {
    const { answer, ms } = await measure(act);
    const share = attack.startsWith("short") ? 1 : answer.sent / plain.answer.sent;
    const times = ms / Math.max(1, plain.ms * share);
    rows.push({ attack, bytes: answer.sent, status: answer.status, "CPU ms": ms, times });
    if (answer.status === 0 || answer.status >= 500) bad.push(`${attack} was answered ${answer.status}`);
    if (times > MOST_TIMES) bad.push(`${attack}: ${ms.toFixed(0)} ms of CPU`);
  }
  stage.close();
  const rounded = rows.map((row) => ({
    ...row,
    "CPU ms": Math.round(row["CPU ms"]),
    times: row.times.toFixed(1),
  }));
  return { name: "costs", tried: rows.length - 1, bad, rows: rounded };
}
