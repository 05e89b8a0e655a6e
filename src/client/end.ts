/** The end of a client: what waits is done or given up, and everything it holds is let go. */
import type { ObjectContext } from "../objects/context.js";
import { checkCount, checkFlag, checkOptions } from "../util/options.js";
import type { LogoutOptions } from "./client-options.js";
import { leaveRooms } from "./leave-rooms.js";

/** Checks the options of `logout`. @throws {BAD_ARGUMENT} */
export function checkLogoutOptions(options: LogoutOptions): void {
  checkOptions("logout", options, ["drain", "timeoutMs", "endLogin"]);
  const { drain, timeoutMs, endLogin } = options;
  if (drain !== undefined) checkFlag("drain", drain);
  if (timeoutMs !== undefined) checkCount("timeoutMs", timeoutMs, 0);
  if (endLogin !== undefined) checkFlag("endLogin", endLogin);
}

/**
 * Waits for queued actions, stops listening, leaves the rooms, and closes every connection.
 * @param letGo - called before the connections are closed, also when the login could not be ended
 */
export async function endClient(parts: ObjectContext, options: LogoutOptions, letGo: () => void): Promise<void> {
  const { live, session, membership } = parts;
  const { drain = true, timeoutMs = 30_000, endLogin = false } = options;
  if (drain) await drainOutbox(parts, timeoutMs);
  live.close();
  await leaveRooms(parts);
  membership.clear();
  try {
    if (endLogin) await session.endLogin();
  } finally {
    letGo();
    await session.close();
    await parts.services.tap?.close?.();
  }
}

async function drainOutbox({ actions: { outbox }, services }: ObjectContext, timeoutMs: number): Promise<void> {
  if (outbox.pending.length === 0) return;
  let timer: { cancel(): void } | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = services.clock.setTimeout(resolve, timeoutMs, { ref: true });
  });
  await Promise.race([outbox.idle(), deadline]);
  timer?.cancel();
  const { length } = outbox.pending;
  if (length > 0) services.log.warn(`logout: ${length} actions were given up after ${timeoutMs} ms`);
}
