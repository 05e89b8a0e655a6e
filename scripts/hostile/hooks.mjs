// Hooks: functions and values given by a user that throw, reject, or behave strangely. Each failure must be reported at most
// once, never to the hook that failed, and the client must keep working.
import { runInNewContext } from "node:vm";
import { shuffled } from "./damage.mjs";
import { openStage } from "./stage.mjs";

/** Marks the errors that hooks throw, which may reach the user unchanged. */
class HookError extends Error {
  isMine = true;
}

/** Builds an object that `await` treats as a promise. */
const THEN = "then";
const thenable = (then) => Object.defineProperty({}, THEN, { value: then });

const FOREIGN_REALM = runInNewContext(
  "({ rejected: () => Promise.reject(new Error('of another realm')), resolved: () => Promise.resolve(5), thrown: () => { throw new Error('of another realm') }, thenable: () => ({ then(_, no) { no(new Error('of another realm')) } }) })",
);
const thrower = (message) => {
  throw new HookError(message);
};
const getters = () =>
  Object.defineProperties(
    {},
    Object.fromEntries(
      [THEN, "message", "code", "stack", "name", "toString"].map((key) => [
        key,
        { get: () => thrower(`getter ${key}`), enumerable: true },
      ]),
    ),
  );
const trap = () =>
  new Proxy(
    {},
    {
      get: () => thrower("a trap"),
      getPrototypeOf: () => thrower("a trap"),
      has: () => thrower("a trap"),
      ownKeys: () => thrower("a trap"),
      getOwnPropertyDescriptor: () => thrower("a trap"),
    },
  );
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const UNPRINTABLE_ERROR = Object.assign(new Error("strange"), {
  toString: () => thrower("toString"),
  [Symbol.for("nodejs.util.inspect.custom")]: () => thrower("inspect"),
});
Object.defineProperty(UNPRINTABLE_ERROR, "stack", { get: () => thrower("getter stack") });
Object.defineProperty(UNPRINTABLE_ERROR, "message", { get: () => thrower("getter message") });

/** The behaviors of a hook, by name. */
const BEHAVIORS = {
  "throws an Error": () => thrower("thrown"),
  "throws null": () => {
    throw null;
  },
  "throws undefined": () => {
    throw undefined;
  },
  "throws a text": () => {
    throw "a text";
  },
  "throws 0": () => {
    throw 0;
  },
  "throws a symbol": () => {
    throw Symbol("x");
  },
  "throws a function": () => {
    throw () => {};
  },
  "throws an object without a prototype": () => {
    throw Object.create(null);
  },
  "throws an object whose getters throw": () => {
    throw getters();
  },
  "throws a proxy that traps": () => {
    throw trap();
  },
  "throws a revoked proxy": () => {
    throw revoked();
  },
  "throws an Error that cannot be shown": () => {
    throw UNPRINTABLE_ERROR;
  },
  "throws a frozen Error": () => {
    throw Object.freeze(new HookError("frozen"));
  },
  "throws an Error whose cause is itself": () => {
    const error = new HookError("round");
    error.cause = error;
    throw error;
  },
  "throws of another realm": FOREIGN_REALM.thrown,
  "overflows the stack": function overflow() {
    return overflow() + 1;
  },
  "rejects with an Error": async () => thrower("rejected"),
  "rejects with null": () => Promise.reject(null),
  "rejects with undefined": () => Promise.reject(),
  "rejects with a text": () => Promise.reject("a text"),
  "rejects with an object whose getters throw": () => Promise.reject(getters()),
  "rejects with a proxy that traps": () => Promise.reject(trap()),
  "rejects with an Error that cannot be shown": () => Promise.reject(UNPRINTABLE_ERROR),
  "rejects late": () => new Promise((_, no) => setTimeout(() => no(new HookError("late")), 5)),
  "rejects in another realm": FOREIGN_REALM.rejected,
  "resolves in another realm": FOREIGN_REALM.resolved,
  "answers a thenable of another realm": FOREIGN_REALM.thenable,
  "answers a thenable that throws": () => thenable(() => thrower("then")),
  "answers a thenable that rejects": () => thenable((_, no) => no(new HookError("then"))),
  "answers a thenable that rejects twice": () => thenable((_, no) => [1, 2].map((n) => no(new HookError(`then ${n}`)))),
  "answers a thenable that never settles": () => thenable(() => {}),
  "answers an object whose `then` throws": () => getters(),
  "answers a proxy that traps": trap,
  "answers a revoked proxy": revoked,
  "answers a promise whose `then` throws": () =>
    Object.defineProperties(Promise.resolve(), { [THEN]: { get: () => thrower("then of a promise") } }),
  "answers a promise with a `then` of its own": () =>
    Object.defineProperties(Promise.resolve(), { [THEN]: { value: () => thrower("then") } }),
  "never settles": () => new Promise(() => {}),
  "answers nothing": () => {},
  "answers null": () => null,
  "answers NaN": () => Number.NaN,
  "answers -1": () => -1,
  "answers a text": () => "x",
  "answers Infinity": () => Number.POSITIVE_INFINITY,
  "answers a function": () => () => thrower("inner"),
  "answers a generator": function* () {
    yield thrower("generator");
  },
};

/**
 * Behaviors that are the user's own fault, by hook: a rejected promise where a plain value is required, and a clock that
 * returns garbage.
 */
const IS_OWN_FAULT = {
  random: /reject/,
  "clock.now": /^(?!throws|overflows)/,
  "clock.setTimeout": /^(?!throws|overflows)/,
  "getters of the options": /reject/,
  "getters of a logger": /reject/,
  "getters of a cookie": /reject/,
  "resolve, its getters": /reject/,
  "toString of a text": /reject/,
  "toString of an id": /reject/,
  "latency's random of a server": /reject/,
  "throttlePauseMs of a server": /reject/,
};

/** The hooks by name: `(stage, deed, lib)` resolves when the client keeps working despite the behavior. */
const HOOKS = {
  "watch of a room": (stage, deed, lib) => listens(stage, lib, {}, (chat) => chat.getRoom(1).watch(deed).ready),
  "watch of a room, by hand": (stage, deed, lib) =>
    listens(stage, lib, {}, (chat) => chat.getRoom(1).watch(deed, { ack: "manual" }).ready),
  "watch of all rooms": (stage, deed, lib) => listens(stage, lib, {}, (chat) => void chat.watch(deed)),
  onStateChange: (stage, deed, lib) => listens(stage, lib, {}, (chat) => void chat.onStateChange(deed)),
  onError: (stage, deed, lib) =>
    listens(stage, lib, { onError: deed }, (chat) => chat.getRoom(1).watch(() => thrower("for onError")).ready),
  ...Object.fromEntries(
    ["debug", "info", "warn", "error"].map((level) => [
      `logger.${level}`,
      (stage, deed, lib) =>
        listens(
          stage,
          lib,
          { logger: { [level]: deed }, onError: undefined },
          (chat) => chat.getRoom(1).watch(() => thrower("for the logger")).ready,
        ),
    ]),
  ),
  "a logger that is a function": (stage, deed, lib) => listens(stage, lib, { logger: deed }),
  "getters of a logger": (stage, deed, lib) =>
    listens(
      stage,
      lib,
      { logger: Object.defineProperty({}, "warn", { get: deed }), onError: undefined },
      (chat) => chat.getRoom(1).watch(() => thrower("for the logger")).ready,
    ),
  resolve: (stage, deed) => reads(stage, { resolve: deed }),
  "resolve, its getters": (stage, deed) =>
    reads(stage, { resolve: () => Object.defineProperty({ port: 1 }, "hostname", { get: deed }) }),
  random: (stage, deed) => says(stage, { random: deed }),
  "clock.now": (stage, deed) =>
    says(stage, { clock: { now: deed, setTimeout: (...args) => stage.clock.setTimeout(...args) } }),
  "clock.setTimeout": (stage, deed) => says(stage, { clock: { now: () => stage.clock.now(), setTimeout: deed } }),
  "getters of the options": (stage, deed) =>
    says(stage, Object.defineProperty({}, "userAgent", { get: deed, enumerable: true })),
  "the reason of a signal": (stage, deed) => aborts(stage, deed),
  "getters of a cookie": (stage, deed) =>
    stage.settle(
      stage
        .client({ cookies: [Object.defineProperty({ name: "acct" }, "value", { get: deed, enumerable: true })] })
        .login(),
    ),
  "toString of a text": (stage, deed) => says(stage, {}, { toString: deed }),
  "toString of an id": (stage, deed) => says(stage, {}, "x", { toString: deed, valueOf: deed }),
  "onEvent of a server": (stage, deed) => hears(stage, deed),
  "a condition of a stage": (_stage, deed, lib) => waits(lib, (set) => set.until(deed, { timeoutMs: 50 })),
  "hears of a stage": (_stage, deed, lib) => waits(lib, (set) => set.people.Alice.hears(deed, { timeoutMs: 50 })),
  "latency's random of a server": (_stage, deed, lib) => serves(lib, { latencyMs: [0, 1], random: deed }),
  "throttlePauseMs of a server": (_stage, deed, lib) => serves(lib, { throttle: true, throttlePauseMs: deed }),
};

export async function open(lib, random) {
  const stage = await openStage(lib);
  const cases = Object.entries(HOOKS).flatMap(([hook, use]) =>
    Object.entries(BEHAVIORS)
      .filter(([deed]) => !IS_OWN_FAULT[hook]?.test(deed))
      .map(([deed, act]) => ({
        name: `${hook} ${deed}`,
        run: () => orOwnError(() => use(stage, act, lib)),
      })),
  );
  return { stage, cases: shuffled(cases, random) };
}

/** Accepts an error that the hook itself threw, if the user awaits it. */
async function orOwnError(use) {
  try {
    return await use();
  } catch (error) {
    if (isMine(error)) return "what the function threw";
    throw error;
  }
}

function isMine(error) {
  try {
    if (Object(error) !== error || typeof error === "function" || error === UNPRINTABLE_ERROR || error.isMine)
      return true;
    if (Object.getPrototypeOf(error) === null) return true;
    return /call stack|of another realm|proxy that has been revoked/.test(error.message);
  } catch {
    return true;
  }
}

let count = 0;

/** Checks that a listener next to the hook gets each message once, and that the hook's failures are reported once per call. */
function listens(stage, lib, options, begin = () => {}) {
  const reports = [];
  const chat = stage.known({ onError: (error) => void reports.push(error), ...options });
  const words = [1, 2].map(() => `heard ${++count}`);
  const heard = [];
  const run = async () => {
    await begin(chat);
    const all = new Promise((resolve) => {
      void chat
        .getRoom(1)
        .watch((event) => {
          if (event instanceof lib.MessagePosted && words.includes(event.textContent)) heard.push(event.textContent);
          if (heard.length === 2) resolve();
        })
        .ready.then(() => words.map((text) => stage.alice.in(1).says(text)));
    });
    await all;
    await chat.logout({ drain: false });
    // Two messages, and events of users entering and leaving.
    if (reports.length > 12) throw new Error(`reported ${reports.length} times`);
    return heard.join();
  };
  return stage.settle(run());
}

const reads = (stage, options) => stage.settle(stage.known({ reads: { tries: 1 }, ...options }).getRoom(1).name);

function says(stage, options, text = `said ${++count}`, id = 1) {
  const chat = stage.known({ outbox: { patienceMs: 10_000 }, ...options });
  return stage.settle(chat.getRoom(id).sendMessage(text));
}

async function aborts(stage, deed) {
  const abort = new AbortController();
  let reason;
  try {
    reason = deed();
  } catch (error) {
    reason = error;
  }
  Promise.resolve(reason).catch(() => {});
  const reading = stage.known().getRoom(1).currentUsers({ signal: abort.signal });
  abort.abort(reason);
  return stage.settle(reading);
}

async function hears(stage, deed) {
  const end = stage.site.onEvent(deed);
  try {
    return await says(stage, {});
  } finally {
    end();
  }
}

async function waits(lib, wait) {
  const set = await lib.setStage();
  try {
    set.people.Alice.says("something");
    return await wait(set);
  } finally {
    await set.close();
  }
}

async function serves(lib, options) {
  const server = await lib.ChatServer.start({ sites: ["stackoverflow.com"], ...options });
  const { email, password } = server.site.addUser({ name: "Bot", email: "x@example.com", reputation: 500 });
  const chat = new lib.Client(server.site, {
    email,
    password,
    timeoutMs: 2_000,
    outbox: { patienceMs: 1_500 },
    onError: () => {},
  });
  try {
    return await chat.getRoom(1).sendMessage("hello");
  } finally {
    await chat.logout({ drain: false });
    await server.close();
  }
}
