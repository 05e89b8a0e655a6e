// Every kind of trouble the suite makes, by name. A fault acts on one site; some last for a while of virtual time.

const live = /^\/(ws-auth|events$|chats\/\d+\/events)/;
const socketUpgrade = /^\/events\/\d+\/[0-9a-f]{32}$/;
const posting = /^\/chats\/\d+\/messages\/new$/;
const throttled = (seconds) => `You can perform this action again in ${seconds} second${seconds === 1 ? "" : "s"}.`;

const malformed = [
  "",
  "not json at all",
  "[]",
  "null",
  '{"r11":',
  '{"r11":7,"r21":"x","r12":null}',
  '{"r11":{"e":[null,7,"x",{}]},"r21":{"e":"none"},"r12":{"e":{}}}',
  '{"x":{"e":[]},"r":{},"rabc":{"t":5}}',
];

/** Every path that a client uses. */
const anything = /^\//;

/**
 * A proxy answers a few requests of any kind, or all of them, for a while. It does not count requests for ever: a login
 * that pauses a minute between tries would meet it for longer than anything waits.
 */
const proxy =
  (answerOf) =>
  ({ faults, random, forWhile }) => {
    const times = random.chance(0.6) ? random.between(1, 6) : 1e9;
    faults.proxy(anything, { ...answerOf(random), times });
    forWhile(random.between(5_000, 120_000), () => faults.clear());
    if (random.chance(0.6)) faults.dropSockets();
  };

const slowWire =
  (latency) =>
  ({ wire, random, forWhile }) => {
    const before = wire.latency;
    wire.latency = latency;
    forWhile(random.between(10_000, 60_000), () => {
      if (wire.latency === latency) wire.latency = before;
    });
  };

/** The kind that makes more happen, unheard, than the server remembers. */
export const overflow = "event log overflow";

/** How much that is; the log is cut back when it is a quarter too long. */
const overflowEvents = (maxEvents) => Math.ceil(maxEvents * 1.3);

/** The kind that has one frame tell of more than fits into most limits; for servers that remember that much. */
export const bigFrame = "one frame of 3,000 events";

/** How many events the kinds make happen at once that do so. */
export const floods = (maxEvents) => ({ [overflow]: overflowEvents(maxEvents), [bigFrame]: bigFrameEvents });

const bigFrameEvents = 3_000;

/**
 * For each kind what it does: `(place) => how to end it`, when it lasts. The place has `site`, `faults`, `random`,
 * `people`, `maxEvents`, and `forWhile(ms, end)`. Kinds about posting are for runs in which the bots talk.
 */
const streamKinds = {
  "dropped sockets": ({ faults }) => faults.dropSockets(),
  "silent sockets": ({ faults, random, forWhile }) => {
    faults.silenceSockets();
    forWhile(random.between(20_000, 120_000), () => faults.silenceSockets(false));
  },
  "lost frames": ({ faults, random }) => faults.loseFrames(random.between(1, 6)),
  "doubled frames": ({ faults, random }) => faults.duplicateFrames(random.between(1, 6)),
  "late frames": ({ faults, random }) => faults.delayFrames(random.between(1, 6)),
  "garbled frames": ({ faults, random }) => faults.garbleFrames(random.between(1, 4)),
  "nonsense frames": ({ faults, random }) => {
    for (let left = random.between(1, 3); left > 0; left--) faults.sendRaw(random.pick(malformed));
  },
  "no socket (500)": ({ faults, random }) => {
    faults.fail("/ws-auth", { status: 500, times: random.between(1, 8) });
    faults.dropSockets();
  },
  "refused upgrade": ({ faults, random }) => {
    faults.fail(socketUpgrade, { status: 503, times: random.between(1, 3) });
    faults.dropSockets();
  },
  "outage (503)": ({ faults, random, forWhile }) => {
    faults.fail(/^\//, { status: 503, body: "<!DOCTYPE html><title>Offline</title>", times: 1e9 });
    if (random.chance(0.7)) faults.dropSockets();
    forWhile(random.between(5_000, 240_000), () => faults.clear());
  },
  "wrong answers": ({ faults, random }) => {
    faults.fail(live, {
      status: 200,
      body: random.pick(["", "{}", "<html>?</html>", '{"r11":[]}']),
      times: random.between(1, 3),
    });
    faults.dropSockets();
  },
  "cut before": ({ faults, random }) => {
    faults.hangUp(live, random.between(1, 3));
    faults.dropSockets();
  },
  "cut after": ({ faults, random }) => {
    faults.cut(live, random.between(1, 3));
    faults.dropSockets();
  },
  "hanging requests": ({ faults, random }) => {
    faults.hang(live, random.between(1, 2));
    if (random.chance(0.5)) faults.hang(socketUpgrade, 1);
    faults.dropSockets();
  },
  "stale fkey": ({ faults, random }) => {
    faults.rotateFkeys();
    if (random.chance(0.7)) faults.dropSockets();
  },
  "expired login": ({ faults, random }) => {
    faults.expireSessions();
    if (random.chance(0.7)) faults.dropSockets();
  },
  "bare 403 pages": proxy(() => ({ status: 403 })),
  "bare 404 pages": proxy(() => ({ status: 404 })),
  "bare 429 pages": proxy((random) => ({
    status: 429,
    ...(random.chance(0.5) ? { retryAfter: random.between(1, 30) } : {}),
  })),
  "bare 502 pages": proxy(() => ({ status: 502 })),
  "empty answers": proxy(() => ({ status: 200, body: "" })),
  "other pages (200)": proxy(() => ({ status: 200 })),
  "badly packed answers": ({ faults, random }) => {
    faults.packed(live, random.pick(["truncated", "stacked", "bomb"]), random.between(1, 2));
    faults.dropSockets();
  },
  "slow network": slowWire({ requests: [2, 8], answers: [2, 8], frames: [2, 8] }),
  "answers after events": slowWire({ requests: [0, 2], answers: [5, 8], frames: [0, 0] }),
  "events after answers": slowWire({ requests: [0, 2], answers: [0, 0], frames: [5, 8] }),
  "short-lived sockets": ({ faults, wire, random, forWhile }) => {
    const lives = [30_000, 40_000];
    const isCut = random.chance(0.5);
    if (isCut) wire.socketLife = lives;
    else faults.shortLivedSockets(lives);
    if (isCut) faults.dropSockets();
    forWhile(random.between(100_000, 400_000), () => {
      wire.socketLife = null;
      faults.shortLivedSockets(false);
    });
  },
  "outage, then one drop": ({ faults, random, forWhile }) => {
    const outageMs = random.between(20_000, 240_000);
    faults.fail(anything, { status: 503, times: 1e9 });
    faults.dropSockets();
    forWhile(outageMs, () => faults.clear());
    forWhile(outageMs + random.between(70_000, 100_000), () => faults.dropSockets());
  },
  [bigFrame]: ({ faults, random, people, rooms, site, forWhile }) => {
    faults.holdFrames();
    const roomId = random.pick(rooms);
    const end = site.newestEventId + bigFrameEvents;
    while (site.newestEventId < end) people.says(roomId);
    const release = () => faults.holdFrames(false);
    if (random.chance(0.5)) release();
    else forWhile(random.between(1_000, 40_000), release);
  },
  [overflow]: ({ faults, random, people, maxEvents, site, forWhile }) => {
    faults.fail(live, { status: 503, times: 1e9 });
    faults.dropSockets();
    const end = site.newestEventId + overflowEvents(maxEvents);
    while (site.newestEventId < end) people.act();
    forWhile(random.between(1_000, 60_000), () => faults.clear());
  },
};

const sendKinds = {
  "post: cut before": ({ faults, random }) => faults.hangUp(posting, random.between(1, 3)),
  "post: cut after": ({ faults, random }) => faults.cut(posting, random.between(1, 3)),
  "post: hangs": ({ faults, random }) => faults.hang(posting, random.between(1, 2)),
  "post: 409": ({ faults, random }) => {
    faults.fail(posting, { status: 409, body: throttled(random.between(1, 12)), times: random.between(1, 3) });
  },
  "post: 503": ({ faults, random }) => faults.fail(posting, { status: 503, times: random.between(1, 3) }),
  "post: wrong answer": ({ faults, random }) =>
    faults.fail(posting, { status: 200, body: random.pick(["", "{}", "<html>?</html>"]), times: 1 }),
  "read-only site": ({ faults, random, forWhile }) => {
    faults.readOnly();
    forWhile(random.between(5_000, 60_000), () => faults.readOnly(false));
  },
};

const stateKinds = {
  "full disk": ({ disk, random, forWhile }) => {
    disk.isFull = true;
    forWhile(random.between(5_000, 200_000), () => {
      disk.isFull = false;
    });
  },
};

/** The kinds of a run. */
export function faultKinds({ sends, restarts, keepsState, without, isRoomy }) {
  const kinds = {
    ...streamKinds,
    ...(sends ? sendKinds : {}),
    ...(keepsState ? stateKinds : {}),
    ...(restarts ? { "bot restarts": ({ restart }) => restart() } : {}),
  };
  const left = isRoomy ? overflow : bigFrame;
  return Object.fromEntries(Object.entries(kinds).filter(([name]) => name !== left && !without?.test(name)));
}
