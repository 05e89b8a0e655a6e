/** The doctor's checks of live events: the socket and its first frame, polling, the clock, and the queue. */
import { authorizeSocket, pollEvents } from "../../protocol/actions/live.js";
import { noteEvent, noteFrame } from "../../protocol/event-drift.js";
import { parseFrame } from "../../protocol/frames.js";
import { openSocket } from "../../transport/socket.js";
import { duration } from "../times.js";
import type { CheckOutcome, CheckRunner, DoctorSessions } from "./check-runner.js";
import type { Sample } from "./pages.js";

/** How many events back the socket starts, so that it also gets a frame for a quiet room. */
const EVENTS_BACK = 1_000;

/** Idle sockets get a frame every 15 to 25 s; 45 s of silence mean a dead one (protocol.md §3.4). */
export const FIRST_FRAME_MS = 45_000;

/** Opens an anonymous socket, so that no account appears in the room, and waits for its first frame. */
export async function checkSocket(
  runner: CheckRunner,
  { visitor, userAgent }: DoctorSessions,
  { roomId, newestEventId }: Sample,
  options: { readonly signal: AbortSignal; readonly patienceMs?: number | undefined },
): Promise<void> {
  let url: string | undefined;
  const adviceIfRefused =
    "anonymous clients may not listen here; your account was not tried, because that means entering the room";
  await runner.check(
    "socket permission",
    async () => {
      ({ url } = await visitor.call(authorizeSocket(roomId)));
      return `granted for room ${roomId}, by ${new URL(url).host}`;
    },
    { ifRefused: "warning", adviceIfRefused },
  );
  if (url === undefined) return;
  const address = `${url}?l=${newestEventId === undefined ? 0 : Math.max(0, newestEventId - EVENTS_BACK)}`;
  await runner.check("socket", async (): Promise<CheckOutcome> => {
    const { site, routes, tap } = visitor;
    const { patienceMs = FIRST_FRAME_MS, signal } = options;
    const result = await firstFrame({ url: address, site, userAgent, routes, signal, tap }, patienceMs);
    if (result.frame === undefined) {
      const advice = "events are polled instead, which is slower; a proxy or firewall may block WebSockets";
      return { result: "problem", code: "CONNECTION_LOST", seen: result.reason, advice };
    }
    const frame = parseFrame(result.frame);
    const { rooms } = frame;
    const drift = visitor.drifts.sink(() => "frame");
    noteFrame(drift, frame);
    for (const { events } of rooms) for (const event of events) noteEvent(drift, event);
    return `opens and receives frames, for ${rooms.length === 1 ? "1 room" : `${rooms.length} rooms`}`;
  });
}

type First = { readonly frame: string } | { readonly frame?: undefined; readonly reason: string };

/** The first frame of a socket. @throws {CONNECTION_LOST} when it cannot be opened */
async function firstFrame(
  address: Omit<Parameters<typeof openSocket>[0], "onFrame" | "onClose">,
  patienceMs: number,
): Promise<First> {
  let tell: (first: First) => void = () => {};
  const told = new Promise<First>((resolve) => {
    tell = resolve;
  });
  // The first frame may arrive together with the opening; nothing is settled before there is a socket to close.
  const socket = await openSocket({
    ...address,
    onFrame: (frame) => tell({ frame }),
    onClose: (reason) => tell({ reason: `it opened, but ${reason} before anything arrived` }),
  });
  const reason = `it opened, but received nothing within ${patienceMs / 1000} s`;
  const timer = setTimeout(tell, patienceMs, { reason });
  address.signal?.addEventListener("abort", () => tell({ reason: "interrupted" }), { once: true });
  try {
    return await told;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

/** Checks polling, the fallback when sockets fail. */
export async function checkPolling(runner: CheckRunner, { visitor }: DoctorSessions, sample: Sample): Promise<void> {
  const { roomId, newestEventId = 0 } = sample;
  await runner.check("polling", async () => {
    const frame = await visitor.call(pollEvents(new Map([[roomId, newestEventId]])));
    return `answers for ${frame.rooms.length === 1 ? "the room" : `${frame.rooms.length} rooms`}`;
  });
}

/** Compares this machine's clock with the server's. */
export async function checkServerClock(runner: CheckRunner, { skewMs }: Sample): Promise<void> {
  const check = "clock";
  if (skewMs === undefined) {
    await runner.note({ check, result: "warning", seen: "not compared: the server did not send its time" });
    return;
  }
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (seconds <= 3) {
    await runner.note({ check, result: "ok", seen: "within a few seconds of the server's" });
    return;
  }
  const seen = `${duration(seconds)} ${skewMs > 0 ? "behind" : "ahead of"} the server's`;
  const advice = "set this machine's clock, preferably by NTP; ages such as user.lastSeen are off by as much";
  // Cookies and certificates have expiry times, so with a large skew logins and TLS fail.
  await runner.note({ check, result: seconds > 300 ? "problem" : "warning", seen, advice });
}

/** Reports what is known about throttling without posting: nothing about the server, but all that is queued here. */
export async function checkOutbox(runner: CheckRunner, { client }: DoctorSessions): Promise<void> {
  const waiting = client.outbox.pending.length;
  const throttled = client.counts["outbox:throttled"];
  const known = waiting === 0 && throttled === 0 ? "nothing is queued" : `${waiting} queued, ${throttled} throttled`;
  const seen = `${known}; only posting shows how the server throttles you now, and the doctor never posts`;
  await runner.note({ check: "throttle", result: "ok", seen });
}
