// Runs the cases of one kind in a separate process, so that a crash or a hang can be counted. Reports to the parent when a
// case begins, and its outcome: value, error (typed), crash, hang or leak.
import { inspect } from "node:util";
import * as api from "../../dist/index.js";
import { Refusal } from "../../dist/server/index.js";
import { ChatServer, ManualClock, setStage } from "../../dist/testing/index.js";
import { Random } from "../chaos/random.mjs";
import { ownSecrets } from "./secrets.mjs";
import { Hang } from "./stage.mjs";

/** Loaded on demand, because each opens its own stage. */
const KINDS = {
  redirects: () => import("./redirects.mjs"),
  answers: () => import("./answers.mjs"),
  frames: () => import("./frames.mjs"),
  files: () => import("./files.mjs"),
  "cli-files": () => import("./cli-files.mjs"),
  hooks: () => import("./hooks.mjs"),
};

/** Thrown when a case reveals a secret or trusts a foreign response. */
class Leak extends Error {}

const { kind, seed, from, most, find } = JSON.parse(process.argv[2]);
const lib = { ...api, ChatServer, ManualClock, setStage, Leak, inspect };
/** The unhandled failures and the printed text of the current case. */
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

/** A random generator per case, so that one case can be repeated alone. */
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

/** Inspects a value, even if its getters throw. */
function look(value, length = 900) {
  try {
    return inspect(value, { depth: 4 }).slice(0, length);
  } catch {
    return "(a value that cannot be inspected)";
  }
}

function judged(error) {
  const detail = look(error);
  if (error instanceof Leak) return { outcome: "leak", detail: error.message };
  if (error instanceof Hang) return { outcome: "hang", detail: error.message };
  if (!isTyped(error)) return { outcome: "crash", detail };
  return { outcome: "error", detail: `${error.code ?? "told"}: ${error.message}`.slice(0, 200) };
}

/** Whether an error is a ChatError with a code, or a Refusal of the local server. */
function isChatError(error) {
  return (api.isChatError(error) && typeof error.code === "string") || error instanceof Refusal;
}
