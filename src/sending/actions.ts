/** Actions of an account, from the method a user calls to the outbox: checked, logged in, in turn, and tended. */
import { ClosedError, NotLoggedInError, UsageError } from "../errors/index.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import type { Session } from "../transport/session.js";
import { ActionPromise } from "../util/promises.js";
import type { Services } from "../util/services.js";
import type { Order, Task } from "./job.js";
import { Keys } from "./keys.js";
import type { Lane } from "./lanes.js";
import { type ActionOptions, checkActionOptions } from "./options.js";
import type { Outbox } from "./outbox.js";
import type { ActionStore } from "./store.js";

/** An action of one task. */
export interface Action<T> extends Task<T> {
  /** What is tried, as the end of "Could not …". */
  readonly tried: string;
  /** What it must keep its order with. @default nothing */
  readonly lane?: Lane;
}

/** The `find` of actions that are idempotent: they are just done again. */
export const again = async (): Promise<undefined> => undefined;

/** What {@link Actions} needs. */
export interface ActionsContext {
  readonly session: Session;
  readonly services: Services;
  readonly outbox: Outbox;
  readonly replyForm: ReplyForm | undefined;
  /** There is a state file, and it must be read before anything is done. */
  readonly mustResume: boolean;
  /** For each room the newest event that is being handled now. @default none */
  readonly openEvents?: () => ReadonlyMap<number, number>;
}

export class Actions {
  readonly session: Session;
  readonly services: Services;
  readonly outbox: Outbox;
  readonly replyForm: ReplyForm | undefined;
  readonly openEvents: () => ReadonlyMap<number, number>;
  /** The newest message this client is known to have posted in each room. */
  readonly posted: Map<number, number> = new Map();
  /** What is done once for each key. */
  readonly keys: Keys;
  /** Keeps what must survive the process; undefined when nothing has to. */
  store: ActionStore | undefined;
  mustResume: boolean;
  /** Why the state could not be taken up, when that was tried in vain. */
  refusal: { readonly reason: unknown } | undefined;
  /** No action is taken on any more. */
  isClosing = false;

  constructor({ session, services, outbox, replyForm, mustResume, openEvents }: ActionsContext) {
    this.session = session;
    this.services = services;
    this.outbox = outbox;
    this.replyForm = replyForm;
    this.mustResume = mustResume;
    this.openEvents = openEvents ?? (() => new Map());
    this.keys = new Keys(services.clock, () => this.store);
  }

  /** Makes sure there is a login. @throws {NOT_LOGGED_IN} before any request when there can be none. */
  async login(tried: string): Promise<void> {
    if (!this.session.canLogIn) throw new NotLoggedInError({ tried, host: this.session.chatHost });
    await this.session.login();
  }

  /** Sees to it that the failure of an action is seen by somebody. */
  tend<T>(action: () => Promise<T>): Promise<T> {
    return ActionPromise.run(action, this.services.reportUnhandled);
  }

  /** Runs an action in its turn, with a login, and tended. */
  act<T>(action: Action<T>, options: ActionOptions = {}): Promise<T> {
    return this.tend(async () => {
      checkActionOptions("this method", options);
      const results: T[] = [];
      const { tried, lane } = action;
      const { priority, deadlineMs, signal } = options;
      const onDone = (result: T): void => void results.push(result);
      await this.order({ tried, lane, tasks: [action], onDone, priority, deadlineMs, signal });
      return results[0] as T;
    });
  }

  /**
   * @throws {BAD_ARGUMENT} when there is a state file that has not been read: listening or sending would overtake it.
   * @throws what reading it failed with
   */
  checkResumed(tried: string): void {
    if (this.mustResume && this.refusal) throw this.refusal.reason;
    if (this.mustResume) throw new UsageError("with the option stateFile await resume() first", { tried });
  }

  /** Puts tasks into the outbox. @throws {CLOSED} {NOT_LOGGED_IN} before any request */
  async order<T>(order: Order<T>): Promise<void> {
    this.checkOpen(order.tried);
    await this.outbox.run(order);
  }

  /** @throws {BAD_ARGUMENT} {CLOSED} {NOT_LOGGED_IN} when nothing can be done now */
  checkOpen(tried: string): void {
    const about = { tried, host: this.session.chatHost, sent: "no" } as const;
    this.checkResumed(tried);
    if (this.isClosing) throw new ClosedError(about);
    if (!this.session.canLogIn) throw new NotLoggedInError(about);
  }
}
