/** The doctor's checks of live events: the socket and its first frame, polling, clocks, and what waits to be sent. */
import { authorizeSocket, pollEvents } from "../../protocol/actions/live.js";
import { noteEvent, noteFrame } from "../../protocol/event-drift.js";
import { parseFrame } from "../../protocol/frames.js";
import { openSocket } from "../../transport/socket.js";
import { duration } from "../times.js";
import type { Examination, Eyes, Seen } from "./examination.js";
import type { Sample } from "./pages.js";

/** So far back the socket starts: what happened since comes at once, so that a quiet room has a frame for us, too. */
const eventsBack = 1_000;

/** Idle sockets tick every 15 to 25 s; 45 s of silence mean that one is dead (protocol.md §3.4). */
export const firstFrameMs = 45_000;

/** Opens a socket as a visitor, so that nobody appears in the room, and waits for its first frame. */
export async function checkSocket(
  examination: Examination,
  { visitor, userAgent }: Eyes,
  { roomId, newestEventId }: Sample,
  options: { readonly signal: AbortSignal; readonly patienceMs?: number | undefined },
): Promise<void> {
  let url: string | undefined;
  const adviceIfRefused =
    "visitors may not listen here; whether your account may is not tried, because that means entering";
  await examination.check(
    "socket permission",
    async () => {
      ({ url } = await visitor.call(authorizeSocket(roomId)));
      return `granted for room ${roomId}, by ${new URL(url).host}`;
    },
    { ifRefused: "warning", adviceIfRefused },
  );
  if (url === undefined) return;
  const address = `${url}?l=${newestEventId === undefined ? 0 : Math.max(0, newestEventId - eventsBack)}`;
  await examination.check("socket", async (): Promise<Seen> => {
    const { site, routes, tap } = visitor;
    const { patienceMs = firstFrameMs, signal } = options;
    const result = await firstFrame({ url: address, site, userAgent, routes, signal, tap }, patienceMs);
    if (result.frame === undefined) {
      const advice = "live events come by polling meanwhile, which is slower; a proxy or firewall may stop WebSockets";
      return { result: "problem", code: "CONNECTION_LOST", seen: result.reason, advice };
    }
    const frame = parseFrame(result.frame);
    const { rooms } = frame;
    const drift = visitor.drifts.sink(() => "frame");
    noteFrame(drift, frame);
    for (const { events } of rooms) for (const event of events) noteEvent(drift, event);
    return `it opens, and its first frame came, for ${rooms.length === 1 ? "1 room" : `${rooms.length} rooms`}`;
  });
}

type First = { readonly frame: string } | { readonly frame?: undefined; readonly reason: string };

/** The first text that a socket brings. @throws {CONNECTION_LOST} when it can not be opened */
async function firstFrame(
  address: Omit<Parameters<typeof openSocket>[0], "onFrame" | "onClose">,
  patienceMs: number,
): Promise<First> {
  let tell: (first: First) => void = () => {};
  const told = new Promise<First>((resolve) => {
    tell = resolve;
  });
  // The first frame may come together with the opening: nothing is decided before there is a socket to close.
  const socket = await openSocket({
    ...address,
    onFrame: (frame) => tell({ frame }),
    onClose: (reason) => tell({ reason: `it opened, and then ${reason} before anything came` }),
  });
  const reason = `it opened, but nothing came within ${patienceMs / 1000} s`;
  const timer = setTimeout(tell, patienceMs, { reason });
  address.signal?.addEventListener("abort", () => tell({ reason: "given up" }), { once: true });
  try {
    return await told;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

/** Whether events could be polled for, which is the way when sockets fail. */
export async function checkPolling(examination: Examination, { visitor }: Eyes, sample: Sample): Promise<void> {
  const { roomId, newestEventId = 0 } = sample;
  await examination.check("polling", async () => {
    const frame = await visitor.call(pollEvents(new Map([[roomId, newestEventId]])));
    return `answers for ${frame.rooms.length === 1 ? "the room" : `${frame.rooms.length} rooms`}`;
  });
}

/** Whether this machine's clock and the server's agree. */
export async function checkClock(examination: Examination, { skewMs }: Sample): Promise<void> {
  const check = "clock";
  if (skewMs === undefined) {
    await examination.note({ check, result: "warning", seen: "not compared: the server did not tell its time" });
    return;
  }
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (seconds <= 3) {
    await examination.note({ check, result: "ok", seen: "agrees with the server's to a few seconds" });
    return;
  }
  const seen = `this machine's is ${duration(seconds)} ${skewMs > 0 ? "behind" : "ahead of"} the server's`;
  const advice = "set this machine's clock, best by NTP: ages such as user.lastSeen are off by as much";
  // Cookies and certificates end at a time: far off, logins and TLS fail.
  await examination.note({ check, result: seconds > 300 ? "problem" : "warning", seen, advice });
}

/** What is known of the throttle without posting: nothing of the server's mood, but all that waits here. */
export async function checkOutbox(examination: Examination, { client }: Eyes): Promise<void> {
  const waiting = client.outbox.pending.length;
  const throttled = client.counts["outbox:throttled"];
  const known =
    waiting === 0 && throttled === 0 ? "nothing waits to be sent" : `${waiting} wait, ${throttled} throttled`;
  const seen = `${known}; only posting tells how the server throttles you now, and the doctor never posts`;
  await examination.note({ check: "throttle", result: "ok", seen });
}
