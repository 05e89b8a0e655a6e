import { attackCosts } from "../../scripts/attack/costs.mjs";
import { bar } from "../support/bars.mjs";
import { columns } from "../support/measure.mjs";

export const row = {
  title: "The server under attack",
  about: `
Hostile requests of up to a megabyte go to a local server in a process of its own, with 2,000 people in a room; the figure is the server's CPU for each, against
a post of plain words of the same size. Short requests count against the whole plain post. Medians of 3. \`npm run attack\` also checks the size of the answers to random hostile requests, and the
memory over rounds of them.

Bounds on the memory of the server:

| what | bound |
|---|---|
| messages of a room | \`maxMessagesPerRoom\` and 1,000 more at most; the oldest are evicted everywhere: transcripts, stars, lists |
| events for cursors, polling and sockets that come back | \`maxEvents\` or 64 Mi characters, and a quarter more, for each site |
| bytes that wait for one socket | \`maxSocketBuffer\`, and one frame; then it is cut off |
| requests remembered | \`maxRequests\`, with 65,536 characters of the form each |
| bodies and pictures | \`maxBodyBytes\`, \`maxImageBytes\`; 1,000 pictures or 64 MiB for each site |
| login sessions, socket tickets | 10,000 each; a ticket lives ten minutes |
| messages longer than 4,000 characters, revisions included | \`maxLongText\` for each site; the oldest of them are evicted |
| states of a message | 100, and twice the longest message together |
| names, descriptions, tags, titles | \`textLimits\`; 10,000 rooms, 10,000 conversations a room |
| JSON of events | 67,108,864 characters for each site, besides \`maxEvents\` |
| unread pings of a person | 200 |
| changes that a full disk does not take into a journal | 16 Mi characters; then a snapshot takes their place |
| accounts and addresses with wrong passwords | 10,000 together |

People and rooms that a script adds are not bounded; people can make 10,000 of each.`,
  figures: {
    worst: {
      what: "CPU of the costliest hostile request",
      against: "a post of plain words of its size",
      unit: "ms",
      bar: bar("ratio", "<=", 10),
    },
  },
  async run() {
    const { rows } = await attackCosts({});
    const [plain] = rows;
    const costly = rows.toSorted((a, b) => b.times - a.times).slice(0, 8);
    const [worst] = costly;
    const lines = [plain, ...costly].map((row) => [row.attack, row.bytes, row["CPU ms"], `${row.times} x`]);
    return {
      figures: { worst: { ours: worst["CPU ms"], theirs: worst["CPU ms"] / worst.times, ratio: Number(worst.times) } },
      details: columns([["", "bytes", "CPU ms", ""], ...lines]),
    };
  },
};
