// All faults that the suite injects, by name. A fault affects one site; some last for a period of virtual time.

const LIVE_PATHS = /^\/(ws-auth|events$|chats\/\d+\/events)/;
const SOCKET_UPGRADE = /^\/events\/\d+\/[0-9a-f]{32}$/;
const POST_PATH = /^\/chats\/\d+\/messages\/new$/;
const throttled = (seconds) => `You can perform this action again in ${seconds} second${seconds === 1 ? "" : "s"}.`;

const MALFORMED_FRAMES = [
  "",
  "not json at all",
  "[]",
  "null",
  '{"r11":',
  '{"r11":7,"r21":"x","r12":null}',
  '{"r11":{"e":[null,7,"x",{}]},"r21":{"e":"none"},"r12":{"e":{}}}',
  '{"x":{"e":[]},"r":{},"rabc":{"t":5}}',
];

/** Matches every path. */
const ANY_PATH = /^\//;

/**
 * A proxy that answers a few requests of any kind, or all of them, for a while. The fault also ends after a time, because
 * a login that pauses a minute between attempts would use up the count too slowly.
 */
const proxy =
  (answerOf) =>
  ({ faults, random, forWhile }) => {
    const times = random.chance(0.6) ? random.between(1, 6) : 1e9;
    faults.proxy(ANY_PATH, { ...answerOf(random), times });
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

/** The fault in which more events happen during an outage than the server keeps. */
export const OVERFLOW = "event log overflow";

/** The number of these events; the log is trimmed when it is a quarter too long. */
const overflowEvents = (maxEvents) => Math.ceil(maxEvents * 1.3);

/** The fault with a frame that exceeds most limits; only for servers that keep that many events. */
export const BIG_FRAME = "one frame of 3,000 events";

/** The number of events that these faults cause at once. */
export const floods = (maxEvents) => ({ [OVERFLOW]: overflowEvents(maxEvents), [BIG_FRAME]: BIG_FRAME_EVENTS });

const BIG_FRAME_EVENTS = 3_000;

/**
 * The faults of streams, by name. Each gets `site`, `faults`, `random`, `people`, `wire`, `disk`, `rooms`, `maxEvents`, and
 * `forWhile(ms, end)`, which ends a fault later. The faults of posts are only for runs in which the bots post.
 */
const STREAM_FAULTS = {
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
    for (let left = random.between(1, 3); left > 0; left--) faults.sendRaw(random.pick(MALFORMED_FRAMES));
  },
  "no socket (500)": ({ faults, random }) => {
    faults.fail("/ws-auth", { status: 500, times: random.between(1, 8) });
    faults.dropSockets();
  },
  "refused upgrade": ({ faults, random }) => {
    faults.fail(SOCKET_UPGRADE, { status: 503, times: random.between(1, 3) });
    faults.dropSockets();
  },
  "outage (503)": ({ faults, random, forWhile }) => {
    faults.fail(/^\//, { status: 503, body: "<!DOCTYPE html><title>Offline</title>", times: 1e9 });
    if (random.chance(0.7)) faults.dropSockets();
    forWhile(random.between(5_000, 240_000), () => faults.clear());
  },
  "wrong answers": ({ faults, random }) => {
    faults.fail(LIVE_PATHS, {
      status: 200,
      body: random.pick(["", "{}", "<html>?</html>", '{"r11":[]}']),
      times: random.between(1, 3),
    });
    faults.dropSockets();
  },
  "cut before": ({ faults, random }) => {
    faults.hangUp(LIVE_PATHS, random.between(1, 3));
    faults.dropSockets();
  },
  "cut after": ({ faults, random }) => {
    faults.cut(LIVE_PATHS, random.between(1, 3));
    faults.dropSockets();
  },
  "hanging requests": ({ faults, random }) => {
    faults.hang(LIVE_PATHS, random.between(1, 2));
    if (random.chance(0.5)) faults.hang(SOCKET_UPGRADE, 1);
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
    faults.packed(LIVE_PATHS, random.pick(["truncated", "stacked", "bomb"]), random.between(1, 2));
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
    faults.fail(ANY_PATH, { status: 503, times: 1e9 });
    faults.dropSockets();
    forWhile(outageMs, () => faults.clear());
    forWhile(outageMs + random.between(70_000, 100_000), () => faults.dropSockets());
  },
  [BIG_FRAME]: ({ faults, random, people, rooms, site, forWhile }) => {
    faults.holdFrames();
    const roomId = random.pick(rooms);
    const end = site.newestEventId + BIG_FRAME_EVENTS;
    while (site.newestEventId < end) people.says(roomId);
    const release = () => faults.holdFrames(false);
    if (random.chance(0.5)) release();
    else forWhile(random.between(1_000, 40_000), release);
  },
  [OVERFLOW]: ({ faults, random, people, maxEvents, site, forWhile }) => {
    faults.fail(LIVE_PATHS, { status: 503, times: 1e9 });
    faults.dropSockets();
    const end = site.newestEventId + overflowEvents(maxEvents);
    while (site.newestEventId < end) people.act();
    forWhile(random.between(1_000, 60_000), () => faults.clear());
  },
};

const SEND_FAULTS = {
  "post: cut before": ({ faults, random }) => faults.hangUp(POST_PATH, random.between(1, 3)),
  "post: cut after": ({ faults, random }) => faults.cut(POST_PATH, random.between(1, 3)),
  "post: hangs": ({ faults, random }) => faults.hang(POST_PATH, random.between(1, 2)),
  "post: 409": ({ faults, random }) => {
    faults.fail(POST_PATH, { status: 409, body: throttled(random.between(1, 12)), times: random.between(1, 3) });
  },
  "post: 503": ({ faults, random }) => faults.fail(POST_PATH, { status: 503, times: random.between(1, 3) }),
  "post: wrong answer": ({ faults, random }) =>
    faults.fail(POST_PATH, { status: 200, body: random.pick(["", "{}", "<html>?</html>"]), times: 1 }),
  "read-only site": ({ faults, random, forWhile }) => {
    faults.readOnly();
    forWhile(random.between(5_000, 60_000), () => faults.readOnly(false));
  },
};

const STATE_FAULTS = {
  "full disk": ({ disk, random, forWhile }) => {
    disk.isFull = true;
    forWhile(random.between(5_000, 200_000), () => {
      disk.isFull = false;
    });
  },
};

/** Selects the faults of a run. */
export function faultKinds({ sends, restarts, keepsState, without, isRoomy }) {
  const kinds = {
    ...STREAM_FAULTS,
    ...(sends ? SEND_FAULTS : {}),
    ...(keepsState ? STATE_FAULTS : {}),
    ...(restarts ? { "bot restarts": ({ restart }) => restart() } : {}),
  };
  const left = isRoomy ? OVERFLOW : BIG_FRAME;
  return Object.fromEntries(Object.entries(kinds).filter(([name]) => name !== left && !without?.test(name)));
}
