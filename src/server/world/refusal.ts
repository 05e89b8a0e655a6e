/**
 * Refusals by the server's rules. The world throws them. The HTTP layer turns them into each endpoint's status and body,
 * and scripted actions throw them to the test author unchanged.
 */

/** All rules that can refuse an action. */
export const REFUSAL_RULES = [
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

/** The rule that refused an action. */
export type RefusalRule = (typeof REFUSAL_RULES)[number];

/** Thrown when a rule of the server refuses a scripted action. Its message is the server's own sentence. */
export class Refusal extends Error {
  /** The rule that refused the action. */
  readonly rule: RefusalRule;

  /** @param sentence - the server's sentence, verbatim */
  constructor(rule: RefusalRule, sentence: string) {
    super(sentence);
    this.name = "Refusal";
    this.rule = rule;
  }
}

export const noSuchRoom = (): Refusal =>
  new Refusal("no-write", "The room does not exist, or you do not have permission");
