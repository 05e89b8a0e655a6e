/** `chatexchange cassette`: shows the content of a recording before it is shared. */
import { readFile } from "node:fs/promises";
import {
  type Cassette,
  type CassetteLine,
  isAnswered,
  isAsked,
  isEnd,
  isSocket,
  readCassette,
} from "../../cassette/format.js";
import { storageError } from "../../storage/failures.js";
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { describeReplaced } from "../output/describe-replaced.js";
import { oneLine, sanitize } from "../output/text.js";
import type { Flags } from "../table/arguments.js";

export async function run(context: CliContext, [file = ""]: readonly string[], flags: Flags): Promise<number> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw storageError("read", file, error);
  });
  const cassette = readCassette(text, file);
  if (context.json) await context.printJson(summaryOf(cassette));
  else await show(context, cassette, flags.full === true);
  return EXIT_CODES.success;
}

/** Long keys and tokens, which are shortened. */
const LONG_KEY = /\b([0-9a-f]{6})[0-9a-f]{26,}\b/g;

function summaryOf({ header, entries, isWhole }: Cassette): object {
  return {
    host: new URL(header.chat).host,
    by: header.by,
    began: new Date(header.began).toISOString(),
    requests: entries.filter(isAsked).length,
    sockets: new Set(entries.filter(isSocket).map(({ socket }) => socket)).size,
    frames: entries.filter((entry) => isSocket(entry) && entry.frame !== undefined).length,
    whole: isWhole,
    replaced: entries.find(isEnd)?.replaced ?? {},
  };
}

async function show(context: CliContext, cassette: Cassette, isFull: boolean): Promise<void> {
  const { header, entries, isWhole } = cassette;
  await context.print(`${context.style("bold", new URL(header.chat).host)}, recorded by ${oneLine(header.by)}`);
  await context.print(`began ${new Date(header.began).toISOString()}`);
  await context.print(oneLine(header.note));
  const end = entries.find(isEnd);
  if (end) await context.print(`replaced: ${describeReplaced(end.replaced)}`);
  if (!isWhole) await context.print("The recording is incomplete: its last line is missing.");
  await context.print("");
  for (const entry of entries) {
    for (const line of linesOf(entry, isFull)) await context.print(isFull ? line : line.replace(LONG_KEY, "$1…"));
  }
}

function linesOf(entry: CassetteLine, isFull: boolean): string[] {
  const start = `${String(entry.line).padStart(5)}  ${(entry.at / 1000).toFixed(3).padStart(9)} s  `;
  const rest = (text: string | undefined): string[] =>
    isFull && text
      ? sanitize(text)
          .split("\n")
          .map((line) => `        ${line}`)
      : [];
  if (isAsked(entry)) {
    const form = (entry.form ?? []).map(([name, value]) => `${name}=${value}`).join(" ");
    return [`${start}→ ${entry.ask}  ${entry.method} ${oneLine(entry.url)} ${oneLine(form)}`.trimEnd()];
  }
  if (isAnswered(entry)) {
    const { status, body = "", failed } = entry;
    return [`${start}← ${entry.answer}  ${status ?? oneLine(failed ?? "")}, ${body.length} characters`, ...rest(body)];
  }
  if (isSocket(entry)) {
    const what =
      entry.frame !== undefined
        ? `frame, ${entry.frame.length} characters`
        : entry.failed !== undefined
          ? `failed: ${entry.failed}`
          : entry.open !== undefined
            ? `opens ${entry.open}`
            : entry.left
              ? "is left by the client"
              : `is closed (${entry.closed ?? ""})`;
    return [`${start}socket ${entry.socket} ${oneLine(what)}`, ...rest(entry.frame)];
  }
  return [`${start}end: ${oneLine(entry.end)}`];
}
