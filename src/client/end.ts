/** Shuts a client down: drains or drops queued actions and releases every resource. */
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
 * Waits for queued actions, stops listening, leaves the rooms and closes every connection.
 * @param release - called before the connections are closed, even if ending the login failed
 */
export async function endClient(parts: ObjectContext, options: LogoutOptions, release: () => void): Promise<void> {
  const { live, session, membership } = parts;
  const { drain = true, timeoutMs = 30_000, endLogin = false } = options;
  if (drain) await drainOutbox(parts, timeoutMs);
  live.close();
  await leaveRooms(parts);
  membership.clear();
  try {
    if (endLogin) await session.endLogin();
  } finally {
    release();
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
  if (length > 0) services.log.warn(`logout: dropped ${length} queued actions after ${timeoutMs} ms`);
}
