/** Remembers where a user called a method, so that an error thrown deep inside shows the user's own line. */
import { ChatError, copyError } from "../errors/index.js";

/** A captured call site. Capturing takes microseconds: V8 formats the stack only when it is read. */
export interface CallSite {
  readonly stack?: string;
}

/** Separates the frames of an error from those of the call. */
const SEPARATOR = "\n  called from\n";

/** Captures the place where `method`, which is running now, was called. */
export function captureCallSite(method: (...args: never[]) => unknown): CallSite {
  const site: CallSite = {};
  Error.captureStackTrace(site, method);
  return site;
}

/**
 * Appends a call site to the stack of an error. An error that already has another call site is copied first, because
 * several calls may share it.
 */
export function addCallSite(error: unknown, site: CallSite): unknown {
  const frames = (site.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  if (!(error instanceof ChatError) || frames.length === 0) return error;
  const { stack = "" } = error;
  if (frames.every((frame) => stack.includes(frame))) return error;
  const [own = "", other] = stack.split(SEPARATOR);
  const placed = own + SEPARATOR + frames.join("\n");
  if (other !== undefined) return copyError(error, { stack: placed });
  error.stack = placed;
  return error;
}

/** Awaits a promise, and adds the call site if it rejects. */
export async function withCallSite<T>(promise: Promise<T>, site: CallSite): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw addCallSite(error, site);
  }
}

/** Iterates a generator created for the user's call that is running now. Errors get its call site. */
export function iterateWithCallSite<T>(values: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  const site = captureCallSite(iterateWithCallSite);
  return (async function* () {
    try {
      yield* values;
    } catch (error) {
      throw addCallSite(error, site);
    }
  })();
}
