// Measures amplification: hostile requests from a seed, and the size of each response relative to its request.
import { Random } from "../chaos/random.mjs";
import { bodyOf, hostileRequests } from "./requests.mjs";
import { openStage } from "./stage.mjs";

/** The largest plain response, as a multiple of its request's bytes. */
const MOST_TIMES = 50;
/** The most bytes of a page, of a list that the protocol offers to everyone, and of a file or a message's own text. */
const MOST = { page: 1_000_000, list: 1_200_000, file: 1_100_000, hour: 8_000_000 };
/** The length of these lists is set by the protocol, however short the request is. */
const LISTS = new Set(["one room under many names", "many rooms", "events", "pingable", "users found"]);
const FILES = new Set(["source", "file"]);
/** The smallest page of a transcript that the protocol has is an hour. In the attacked room it has 5,000 messages. */
const HOURS = new Set(["transcript"]);

export async function attackAnswers({ seed, most = 1_000 }) {
  const stage = await openStage();
  const random = new Random(seed);
  const kinds = Object.fromEntries(
    ["plain", "list", "page", "hour", "file"].map((kind) => [
      kind,
      { kind, count: 0, sent: 0, received: 0, largest: 0, times: 0 },
    ]),
  );
  const bad = [];
  const statuses = {};
  let tried = 0;
  for (const asked of hostileRequests(random, stage.world)) {
    if (tried === most) break;
    tried += 1;
    const { name, who, method, path, form } = asked;
    const body = form && bodyOf(stage[who].fkey, form);
    const { status, type, sent, received } = await stage[who].send(method, path, body);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 0 || status >= 500) bad.push(`${name}: ${method} ${path.slice(0, 80)} was answered ${status}`);
    const kind = kinds[kindOf(name, type, status)];
    kind.count += 1;
    kind.sent += sent;
    kind.received += received;
    kind.largest = Math.max(kind.largest, received);
    kind.times = Math.max(kind.times, received / sent);
    const isTooMuch = kind.kind === "plain" ? received > MOST_TIMES * sent : received > MOST[kind.kind];
    if (isTooMuch) bad.push(`${name}: ${sent} bytes of request had ${received} bytes of answer (${status})`);
  }
  stage.close();
  return { name: "answers", tried, bad, statuses, rows: Object.values(kinds).map(rowOf) };
}

function kindOf(name, type, status) {
  if (HOURS.has(name)) return "hour";
  if (/html|xml/.test(type)) return "page";
  if (status === 200 && LISTS.has(name)) return "list";
  return status === 200 && FILES.has(name) ? "file" : "plain";
}

function rowOf({ kind, count, sent, received, largest, times }) {
  const round = (number) => Math.round(number * 10) / 10;
  return { kind, count, sent, received, "in all": round(received / sent || 0), largest, "most times": round(times) };
}
