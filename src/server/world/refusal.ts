/**
 * A rule said no. The world throws these; the HTTP layer turns them into the status and the form of body that each
 * endpoint uses, and scripted actions show them to the author of the script as they are.
 */

/** All rules that can say no. */
export const refusalRules = [
  "no-room",
  "no-message",
  "no-user",
  "no-write",
  "blocked",
  "timeout",
  "frozen",
  "reputation",
  "too-long",
  "empty",
  "throttled",
  "duplicate",
  "not-allowed",
  "bad-request",
] as const;

/** Which rule it was. */
export type RefusalRule = (typeof refusalRules)[number];

/** A rule said no; the message is the server's own sentence. */
export class Refusal extends Error {
  /** Which rule it was. */
  readonly rule: RefusalRule;

  /** @param sentence - what the server says, word for word. */
  constructor(rule: RefusalRule, sentence: string) {
    super(sentence);
    this.name = "Refusal";
    this.rule = rule;
  }
}

export const noSuchRoom = (): Refusal =>
  new Refusal("no-write", "The room does not exist, or you do not have permission");
