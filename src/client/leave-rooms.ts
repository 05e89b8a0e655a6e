/** The last thing a client says: that its account leaves the rooms it has joined. */
import type { ObjectContext } from "../objects/context.js";
import { leaveRoom } from "../protocol/actions/live.js";
import { systemClock } from "../util/clock.js";

/** Milliseconds for which the end of a client waits for that. */
const LEAVE_MS = 5_000;

/** Leaves the joined rooms; what goes wrong is only logged. */
export async function leaveRooms({ session, membership, services }: ObjectContext): Promise<void> {
  const { all, any: only } = membership;
  if (only === undefined || !session.me) return;
  const ending = new AbortController();
  // In real time as well: nobody turns a clock by hand while a test awaits its last line, which is `logout()`.
  const timers = [services.clock, systemClock].map((clock) => clock.setTimeout(() => ending.abort(), LEAVE_MS));
  try {
    await session.call(leaveRoom(all.length === 1 ? only : "all"), { signal: ending.signal, once: true });
  } catch (error) {
    services.log.warn("logout: could not leave the joined rooms", error);
  } finally {
    for (const timer of timers) timer.cancel();
  }
}
