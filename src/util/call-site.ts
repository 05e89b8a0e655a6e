/** The place where a user called a method: a failure far below shows the user's own line. */
import { ChatError, copyOf } from "../errors/index.js";

/** A place. Taking it costs some microseconds: V8 makes its text only when a failure needs that. */
export interface CallSite {
  readonly stack?: string;
}

/** Stands between the frames of a failure and those of the call. */
const SEPARATOR = "\n  called from\n";

/** The place where `method`, which is running, was called. */
export function callSite(method: (...args: never[]) => unknown): CallSite {
  const site: CallSite = {};
  Error.captureStackTrace(site, method);
  return site;
}

/**
 * The failure with the place of the call at the end of its stack. A failure that already has the place of another call
 * is copied: several calls may share it.
 */
export function atCallSite(error: unknown, site: CallSite): unknown {
  const frames = (site.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  if (!(error instanceof ChatError) || frames.length === 0) return error;
  const { stack = "" } = error;
  if (frames.every((frame) => stack.includes(frame))) return error;
  const [own = "", other] = stack.split(SEPARATOR);
  const placed = own + SEPARATOR + frames.join("\n");
  if (other !== undefined) return copyOf(error, { stack: placed });
  error.stack = placed;
  return error;
}

/** The outcome of a promise, a failure with the place of the call. */
export async function withCallSite<T>(promise: Promise<T>, site: CallSite): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw atCallSite(error, site);
  }
}

/** The values of a generator that was made for a user's call, which is running. */
export function eachAtCallSite<T>(values: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  const site = callSite(eachAtCallSite);
  return (async function* () {
    try {
      yield* values;
    } catch (error) {
      throw atCallSite(error, site);
    }
  })();
}
