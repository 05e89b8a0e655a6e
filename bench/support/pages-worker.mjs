// Reads pages in one of the two ways, in a process of its own: each way pays for its own garbage.
import { once } from "node:events";
import { cpuMs } from "./measure.mjs";
import { extracted, pagesOf } from "./pages-list.mjs";
import { clientOf } from "./pages-stage.mjs";

const [, , kind, repeats] = process.argv;
process.send("started");
const [{ place, packed }] = await once(process, "message");
const pages = pagesOf(place);
const bytes = new Map(packed.map(([path, text]) => [path, Buffer.from(text, "base64")]));
const client = clientOf(bytes);
const ways = {
  ours: (page) => page.ours(client),
  theirs: (page) => extracted(page, bytes.get(page.path)),
};

async function measure(name) {
  const ms = await cpuMs(async () => {
    for (let n = 0; n < repeats; n++) await ways[kind](pages[name]);
  });
  process.send(ms / repeats);
}

process.on("message", measure);
process.on("disconnect", () => process.exit());
process.send("ready");
