/** A log compacted in slices on a disk that stops at any of its operations, as a kill does. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sizeOf } from "../../test/sizes.js";
import { temporaryFolder } from "../../test/temporary.js";
import { systemClock } from "../util/clock.js";
import { type FilePort, nodeFiles } from "./file-port.js";
import { LineFile } from "./json-lines.js";
import { withChecksum } from "./line-checksum.js";
import { LineLog } from "./line-log.js";

/** A row sets some keys; applying it twice changes nothing. */
type Row = Readonly<Record<string, string>>;

class Killed extends Error {}

/** Files of a process that is killed at its n-th operation: half of that write is done, and nothing after it. */
function dyingFiles(n: number): { readonly files: FilePort; readonly isDead: () => boolean } {
  let left = n;
  const step = <A extends readonly unknown[], R>(act: (...args: A) => R, half?: (...args: A) => void) => {
    return (...args: A): R => {
      if (left > 0) left -= 1;
      else {
        if (left === 0) half?.(...args);
        left = -1;
        throw new Killed();
      }
      return act(...args);
    };
  };
  const files: FilePort = {
    ...nodeFiles,
    open: step(nodeFiles.open),
    write: step(nodeFiles.write, (fd, bytes) => void nodeFiles.write(fd, bytes.subarray(0, bytes.length >> 1))),
    sync: step(nodeFiles.sync),
    // At once: how many compactions fit between the rows must not depend on the disk of this machine.
    syncLater: step(async (fd) => nodeFiles.sync(fd)),
    rename: step(nodeFiles.rename),
    remove: step(nodeFiles.remove),
    truncate: step(nodeFiles.truncate),
    syncFolderOf: step(nodeFiles.syncFolderOf),
  };
  return { files, isDead: () => left < 0 };
}

/** The content of a file as the next process reads it. */
function contentOf(path: string): Record<string, string> {
  const content: Record<string, string> = {};
  LineFile.read(path, (row) => void Object.assign(content, row));
  delete content.sum;
  return content;
}

/** Appends rows until the files die. Returns the content after each row that was written. */
async function live(path: string, rows: readonly Row[], files: FilePort, isDead: () => boolean): Promise<Row[]> {
  const content: Record<string, string> = contentOf(path);
  const states: Row[] = [{ ...content }];
  const log = LineLog.open(
    path,
    {
      clock: { ...systemClock, setTimeout: () => ({ cancel() {} }) },
      files,
      limits: { compactBytes: 700, maxPendingChars: 1_000_000 },
      inSlices: true,
      lineOf: (row) => withChecksum(JSON.stringify(row)),
      *snapshot() {
        for (const [key, value] of Object.entries(content)) yield withChecksum(JSON.stringify({ [key]: value }));
      },
      mayWrite: () => true,
      onFailing: () => {},
      onRecovered: () => {},
    },
    200,
  );
  for (const [at, row] of rows.entries()) {
    if (isDead()) break;
    Object.assign(content, row);
    log.append(row);
    if (isDead()) break;
    states.push({ ...content });
    if (at % 3 === 0) await turn();
  }
  for (let rest = 0; rest < 20 && !isDead(); rest++) await turn();
  if (!isDead()) log.close();
  return states;
}

test("a kill at any operation leaves a file with every entry written before it, compacted or not", async () => {
  const rows = fc.sample(
    fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.string({ maxLength: 120 }), { minKeys: 1 }),
    { numRuns: sizeOf({ near: 80, release: 240 }), seed: 7 },
  );
  const folder = temporaryFolder();
  let compactions = 0;
  let isOver = false;
  let kills = 0;
  for (let n = 1; !isOver; n++) {
    const path = join(folder, `log-${n}`);
    LineFile.replace(path, [withChecksum('{"a":"first"}')]).close();
    const { files, isDead } = dyingFiles(n);
    const renamed = files.rename;
    let compacted = 0;
    files.rename = (from, to) => {
      renamed(from, to);
      compacted += 1;
    };
    let states: Row[] = [];
    try {
      states = await live(path, rows, files, isDead);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      states = [{ a: "first" }];
    }
    isOver = !isDead();
    kills += isDead() ? 1 : 0;
    // Every acknowledged line is there; a line in flight when the process died is there completely or not at all.
    const last = states.length - 1;
    const next = { ...states[last], ...rows[last] };
    expect([states[last], next]).toContainEqual(contentOf(path));
    compactions = Math.max(compactions, compacted);
  }
  expect(kills).toBeGreaterThan(50);
  expect(compactions).toBeGreaterThan(1);
  expect(readdirSync(folder)).not.toContain(`log-${kills + 1}.tmp`);
});

test("entries appended during a compaction are in the file, and closing the log meanwhile leaves no temporary file", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "log");
  const content: Record<string, string> = {};
  const log = LineLog.replace(path, {
    clock: systemClock,
    limits: { compactBytes: 500, maxPendingChars: 1_000 },
    inSlices: true,
    *snapshot() {
      for (const [key, value] of Object.entries(content)) yield JSON.stringify({ [key]: value });
    },
    mayWrite: () => true,
    onFailing: () => {},
    onRecovered: () => {},
  });
  const note = (key: string, value: string): void => {
    content[key] = value;
    log.append({ [key]: value });
  };
  for (let n = 0; n < 40; n++) note(`key ${n % 5}`, "x".repeat(n));
  expect(readdirSync(folder)).toContain("log.tmp");
  note("meanwhile", "noted");
  for (let n = 0; n < 20 && readdirSync(folder).includes("log.tmp"); n++) await turn();
  expect(contentOf(path)).toEqual(content);
  for (let n = 0; n < 400; n++) note(`key ${n % 5}`, "y".repeat(n % 100));
  log.close();
  expect(readdirSync(folder)).toEqual(["log"]);
  expect(contentOf(path)).toEqual(content);
});
