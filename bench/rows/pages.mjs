import { once } from "node:events";
import { isDeepStrictEqual } from "node:util";
import { gzipSync } from "node:zlib";
import { parseTranscriptPage } from "chatexchange-ts/protocol";
import { bar, NO_BAR } from "../support/bars.mjs";
import { ask, inTurn, median, medianRatio, start } from "../support/measure.mjs";
import { extracted, pagesOf } from "../support/pages-list.mjs";
import { clientOf, openWorld, packedPages } from "../support/pages-stage.mjs";
import { transcriptHtml } from "../support/recorded.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 15);
const WARMUP = 15;
/** Pages in a measurement: one alone is too short to measure. */
const REPEATS = 4;

function assertSame(name, ours, theirs) {
  // Missing members and null are one thing here, and so is their order.
  const [actual, expected] = [ours, theirs].map((value) => JSON.parse(JSON.stringify(value)));
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${name}: not the same values\n${JSON.stringify(actual)}\n${JSON.stringify(expected)}`);
}

async function checkValues(page, name, packed, client) {
  const { ours, comparable, expected = (value) => value } = page;
  const values = extracted(page, packed.get(page.path));
  const keys = Array.isArray(values) ? values : Object.keys(values);
  assertSame(name, comparable(await ours(client), keys), expected(values));
}

async function startWorker(kind, message) {
  const worker = start("pages-worker", [kind, REPEATS]);
  await once(worker, "message");
  await ask(worker, message);
  return worker;
}

const NAMES = Object.keys(pagesOf({ recorded: { day: "" } }));

export const row = {
  title: "From the bytes of an answer to the value",
  about: `
The whole path of a page: from its packed bytes to the value that the caller gets, in CPU of its process. Ours is a call of the client, such as \`room.transcript(day)\`, with
everything it does but the network: turn and deadline, unpacking, the check for what may come instead of the page, reading, and the objects that learn from it. The
other side unpacks the same bytes, loads them with cheerio, and extracts plain values with selectors. The row fails if a value differs. The transcript
is the recorded page if it is at hand, the others are the local server's; ${ROUNDS} rounds in turn, ${REPEATS} pages each. The two run in processes of their own, so each pays for its own
garbage.

Short pages gain less than long ones, because the fixed cost of a call is the same for every page. Of the transcript cheerio extracts everything that our reader finds; of the
other pages it extracts only the values that are compared, ours everything. The transcript costs us a second request: the call
also asks for a JSON list, which is refused here. Our parser alone is in the row [transcript](#transcript).`,
  figures: Object.fromEntries(
    NAMES.map((name) => [
      name,
      {
        what: `${name}, answer to value`,
        against: "cheerio",
        unit: "ms",
        ratioUnit: "x as fast",
        bar: name === "transcript" ? bar("ratio", ">=", 5, "x as fast") : NO_BAR,
      },
    ]),
  ),
  async run() {
    const { html } = await transcriptHtml();
    const { roomId, day } = parseTranscriptPage(html);
    const { server, ...world } = await openWorld();
    const place = { ...world, recorded: { roomId, day } };
    const pages = pagesOf(place);
    const { transcript, ...others } = pages;
    const packed = await packedPages(
      server,
      Object.values(others).map(({ path }) => path),
    );
    await server.close();
    packed.set(transcript.path, gzipSync(html));
    const client = clientOf(packed);
    for (const [name, page] of Object.entries(pages)) await checkValues(page, name, packed, client);
    await client.logout();
    const message = { place, packed: [...packed].map(([path, bytes]) => [path, bytes.toString("base64")]) };
    const workers = { ours: await startWorker("ours", message), theirs: await startWorker("theirs", message) };
    const figures = {};
    for (const name of NAMES) {
      const candidates = { ours: () => ask(workers.ours, name), theirs: () => ask(workers.theirs, name) };
      const { ours, theirs } = await inTurn(candidates, { rounds: ROUNDS, warmup: WARMUP });
      figures[name] = { ours: median(ours), theirs: median(theirs), ratio: medianRatio(theirs, ours) };
    }
    for (const worker of Object.values(workers)) worker.disconnect();
    return { figures };
  },
};
