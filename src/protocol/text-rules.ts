/** The rules a text must follow for the server to accept it (protocol.md §5.1). */
import { EmptyMessageError, type FailureContext, TooLongError, UsageError } from "../errors/index.js";

/**
 * The maximum length of a single line, in UTF-16 units as the web client counts. Text with a line break has no limit.
 */
export const maxLineLength = 500;

/**
 * Checks a text before it is sent.
 * @param prefixLength - the length of a reply prefix before the text, in UTF-16 units. @default 0
 * @throws {EMPTY} {TOO_LONG} {BAD_ARGUMENT}
 */
export function checkText(text: unknown, about: FailureContext, prefixLength: number = 0): asserts text is string {
  if (typeof text !== "string")
    throw new UsageError(`the text must be a string, not ${text === null ? "null" : typeof text}`, about);
  if (text.trim() === "") throw new EmptyMessageError(about);
  const length = text.length + prefixLength;
  if (length > maxLineLength && !/[\r\n]/.test(text)) {
    throw new TooLongError(
      about,
      `the text has ${length} characters${prefixLength > 0 ? ` including the ":id " of a reply` : ""}, but a single line may have at most ${maxLineLength}; shorten it, or add a line break (text of several lines has no limit)`,
    );
  }
}
