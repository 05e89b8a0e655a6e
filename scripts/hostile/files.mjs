// Damaged files, and other things in their place: a client's session file, state file and lock, and a server's journal.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shuffled } from "./damage.mjs";
import { casesAround } from "./places.mjs";
import { openStage } from "./stage.mjs";

export async function open(lib, random) {
  const stage = await openStage(lib);
  const folder = mkdtempSync(join(tmpdir(), "hostile-good-"));
  const good = await goodFiles(stage, lib, folder);
  rmSync(folder, { recursive: true });
  const logIn = (sessionFile) => stage.settle(stage.stranger({ sessionFile }).login());
  const cases = [
    ...casesAround("session file", good.session, logIn),
    ...casesAround("state file", good.state, (path) => goOn(stage, lib, path)),
    ...casesAround("state.lock", good.lock, (path) => goOn(stage, lib, path, { isLock: true })),
    ...casesAround("journal", good.journal, (path) => serve(stage, lib, path)),
  ];
  return { stage, cases: shuffled(cases, random) };
}

async function goodFiles(stage, lib, folder) {
  const [session, state, copy, journal] = ["session", "state", "copy", "journal"].map((name) => join(folder, name));
  await stage.settle(stage.stranger({ sessionFile: session }).login());
  await work(stage, lib, state, () => copyFileSync(`${state}.lock`, copy));
  await serve(stage, lib, journal);
  await stage.clean();
  return {
    session: readFileSync(session),
    state: readFileSync(state),
    lock: readFileSync(copy),
    journal: readFileSync(journal),
  };
}

let count = 0;

/** Runs a bot that resumes its state, receives a message and sends one. */
async function work(stage, lib, stateFile, atWork = () => {}) {
  const chat = stage.known({ stateFile });
  const words = `word ${++count}`;
  await stage.settle(
    (async () => {
      await chat.resume();
      const room = chat.getRoom(1);
      const heard = new Promise((resolve, reject) => {
        const watch = room.watch((event) => {
          if (event instanceof lib.MessagePosted && event.textContent === words) resolve();
        });
        watch.ready.then(() => stage.alice.in(1).says(words), reject);
      });
      await heard;
      await room.sendMessage(`an answer to ${words}`, { key: words });
      atWork();
      await chat.logout();
    })(),
  );
}

/** Resumes a state twice in a row. A rejected state file must stay unchanged. */
async function goOn(stage, lib, path, { isLock = false } = {}) {
  // The state file of a lock is next to it.
  const file = isLock ? path.replace(/\.lock$/, "") : path;
  const before = contentOf(path);
  try {
    await work(stage, lib, file);
  } catch (error) {
    if (
      !isLock &&
      error.code === "BAD_ARGUMENT" &&
      before !== null &&
      !before.equals(contentOf(path) ?? Buffer.alloc(0))
    )
      throw new Error(`the file was rejected but changed: ${error.message}`);
    throw error;
  }
  await work(stage, lib, file);
  return "resumed twice";
}

function contentOf(path) {
  try {
    return statSync(path).isFile() ? readFileSync(path) : null;
  } catch {
    return null;
  }
}

/** Starts a server with a journal, changes its world, and starts it again. */
async function serve(stage, lib, journal) {
  for (const round of [1, 2]) {
    const server = await lib.ChatServer.start({ sites: ["stackoverflow.com"], journal, clock: stage.clock });
    try {
      server.site.user(`Somebody ${round}`).in(1).says(`hello ${round}`);
    } finally {
      await server.close();
    }
  }
  return "served twice";
}
