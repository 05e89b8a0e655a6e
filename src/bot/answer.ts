/** An answer of the bot: one message, or several that belong together. */
import type { Message } from "../index.js";

/** The actions of an {@link Answer}, which its run implements. @internal */
export interface AnswerActions {
  /** Does something; a failure is reported if nobody looks at it. */
  watch<T>(act: () => Promise<T>): Promise<T>;
  revise(text: string): Promise<readonly Message[]>;
  remove(): Promise<void>;
}

/** An answer that was sent. A long text has several messages, which are edited and deleted as one. */
export class Answer {
  #messages: readonly Message[];
  /** The id of the person whose message it answers; null if there is none. */
  readonly to: number | null;
  readonly #actions: AnswerActions;

  /** @internal */
  constructor(messages: readonly Message[], to: number | null, actions: AnswerActions) {
    this.to = to;
    this.#messages = messages;
    this.#actions = actions;
  }

  /** Its messages, in order; empty once it is deleted. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** The id of its first message. */
  get id(): number {
    return this.#messages[0]?.id ?? 0;
  }

  /**
   * Replaces the text, by editing the messages within the window, adding and deleting some if the length asks for it.
   * After the window, the text is a new message.
   */
  edit(text: string): Promise<void> {
    return this.#actions.watch(async () => {
      this.#messages = await this.#actions.revise(text);
    });
  }

  /** Deletes its messages, if the window still allows it. */
  delete(): Promise<void> {
    return this.#actions.watch(async () => {
      await this.#actions.remove();
      this.#messages = [];
    });
  }
}
