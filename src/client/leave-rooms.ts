/** Leaves the joined rooms when a client shuts down. */
import type { ObjectContext } from "../objects/context.js";
import { leaveRoom } from "../protocol/actions/live.js";
import { systemClock } from "../util/clock.js";

/** The timeout of leaving the rooms, in milliseconds. */
const LEAVE_MS = 5_000;

/** Leaves the joined rooms; a failure is only logged. */
export async function leaveRooms({ session, membership, services }: ObjectContext): Promise<void> {
  const { all, any: only } = membership;
  if (only === undefined || !session.me) return;
  const ending = new AbortController();
  // Also in real time: a test that awaits `logout()` as its last line no longer advances its manual clock.
  const timers = [services.clock, systemClock].map((clock) => clock.setTimeout(() => ending.abort(), LEAVE_MS));
  try {
    await session.call(leaveRoom(all.length === 1 ? only : "all"), { signal: ending.signal, skipRenewal: true });
  } catch (error) {
    services.log.warn("logout: cannot leave the joined rooms", error);
  } finally {
    for (const timer of timers) timer.cancel();
  }
}
