/** Formats the error that a call throws, for tests. */
import { isChatError } from "../../errors/index.js";

/** The code and message of the ChatError thrown, or `no error`; any other error is rethrown. */
export function failureOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isChatError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no error";
}
