// Runs the cases of one kind in a process of its own, so that a crash or a hang is counted, not suffered. Tells the
// parent when a case begins and how it ended: value, error (typed), crash, hang or leak.
import { inspect } from "node:util";
import * as api from "../../dist/index.js";
import { Refusal } from "../../dist/server/index.js";
import { ChatServer, ManualClock, setStage } from "../../dist/testing/index.js";
import { Random } from "../chaos/random.mjs";
import { ownSecrets } from "./secrets.mjs";
import { Hang } from "./stage.mjs";

/** Loaded one at a time: each begins a stage of its own. */
const KINDS = {
  redirects: () => import("./redirects.mjs"),
  answers: () => import("./answers.mjs"),
  frames: () => import("./frames.mjs"),
  files: () => import("./files.mjs"),
  "cli-files": () => import("./cli-files.mjs"),
  hooks: () => import("./hooks.mjs"),
};

/** A case that shows or believes what it should not. */
class Leak extends Error {}

const { kind, seed, from, most, find } = JSON.parse(process.argv[2]);
const lib = { ...api, ChatServer, ManualClock, setStage, Leak, inspect };
/** Failures that nobody looked at, and what was printed, in this case. */
let stray = [];
let printed = "";

process.on("uncaughtException", (error) => stray.push(error));
process.on("unhandledRejection", (error) => stray.push(error));
process.on("warning", (warning) => {
  if (warning.name === "MaxListenersExceededWarning" || warning.name === "DeprecationWarning") stray.push(warning);
});
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, ...rest) => {
    printed += chunk;
    rest.find((one) => typeof one === "function")?.();
    return true;
  };
}

const { stage, cases, isTyped = isChatError } = await begin();
const chosen = cases.filter(({ name }) => !find || name.includes(find)).slice(0, most ?? cases.length);
process.send({ count: chosen.length });
for (let n = from; n < chosen.length; n++) {
  const { name, run } = chosen[n];
  process.send({ begins: n, name });
  stray = [];
  printed = "";
  stage.log = [];
  const outcome = await outcomeOf(() => run(chanceOf(name)));
  process.send({ ends: n, name, ...outcome });
}
await stage.close();
process.disconnect();

async function begin() {
  try {
    const { open } = await KINDS[kind]();
    return await open(lib, new Random(seed));
  } catch (error) {
    process.send({ ends: 0, name: `${kind}: the start`, outcome: "crash", detail: inspect(error) });
    process.exit(1);
  }
}

/** Chance of its own for each case, so that one can be repeated without the others. */
function chanceOf(name) {
  let sum = seed;
  for (const sign of name) sum = (Math.imul(sum, 31) + sign.codePointAt(0)) >>> 0;
  return new Random(sum);
}

async function outcomeOf(run) {
  let outcome;
  let failure;
  try {
    outcome = { outcome: "value", detail: look(await run(), 120) };
  } catch (error) {
    failure = error;
    outcome = judged(error);
  }
  const foreign = await stage.clean().catch((error) => {
    outcome = judged(error);
    return [];
  });
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (stray.length > 0 && outcome.outcome !== "hang")
    outcome = { outcome: "crash", detail: `nobody caught ${look(stray[0])}` };
  if (outcome.outcome === "crash" || outcome.outcome === "hang") return outcome;
  const shown = [...ownSecrets.shownBy(failure), ...ownSecrets.shownBy(stage.log), ...ownSecrets.in(printed)];
  if (shown.length > 0)
    return { outcome: "leak", detail: `shows ${[...new Set(shown)].join(", ")}: ${look(failure, 400)}` };
  if (foreign.length > 0) return { outcome: "leak", detail: `a foreign host was asked: ${foreign[0]}` };
  return outcome;
}

/** How a value looks, whatever its getters do. */
function look(value, length = 900) {
  try {
    return inspect(value, { depth: 4 }).slice(0, length);
  } catch {
    return "(something that cannot be looked at)";
  }
}

function judged(error) {
  const detail = look(error);
  if (error instanceof Leak) return { outcome: "leak", detail: error.message };
  if (error instanceof Hang) return { outcome: "hang", detail: error.message };
  if (!isTyped(error)) return { outcome: "crash", detail };
  return { outcome: "error", detail: `${error.code ?? "told"}: ${error.message}`.slice(0, 200) };
}

/** A ChatError with its code, or a rule of the local server that says no. */
function isChatError(error) {
  return (api.isChatError(error) && typeof error.code === "string") || error instanceof Refusal;
}
