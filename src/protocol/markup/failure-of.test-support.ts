/** What a call that throws says, for tests that look at errors. */
import { isChatError } from "../../errors/index.js";

/** The code and message of the ChatError that is thrown, or `no error`; anything else that is thrown goes on. */
export function failureOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isChatError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no error";
}
