/** What may be said: the rules a text must keep to be taken by the server (protocol.md §5.1). */
import { EmptyMessageError, type FailureContext, TooLongError, UsageError } from "../errors/index.js";

/** The longest single line, in UTF-16 units as the web client counts; text with a line break is exempt. */
export const maxLineLength = 500;

/**
 * Checks a text before it is sent.
 * @param prefixLength - how many units a reply prefix before the text takes. @default 0
 * @throws {EMPTY} {TOO_LONG} {BAD_ARGUMENT}
 */
export function checkText(text: unknown, about: FailureContext, prefixLength: number = 0): asserts text is string {
  if (typeof text !== "string")
    throw new UsageError(`the text is a string, not ${text === null ? "null" : typeof text}`, about);
  if (text.trim() === "") throw new EmptyMessageError(about);
  const length = text.length + prefixLength;
  if (length > maxLineLength && !/[\r\n]/.test(text)) {
    throw new TooLongError(
      about,
      `the text has ${length} characters${prefixLength > 0 ? ` with its ":id " of a reply` : ""}, and one line has at most ${maxLineLength}; shorten it, or put a line break in it (multi-line text has no such limit)`,
    );
  }
}
