/** Actions of an account, from the method a user calls to the outbox: checked, logged in, queued, and reported. */
import { ClosedError, NotLoggedInError, UsageError } from "../errors/index.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import type { Session } from "../transport/session.js";
import { callSite, withCallSite } from "../util/call-site.js";
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
  /** The attempt in words, as the end of "Could not …". */
  readonly tried: string;
  /** The lane in which it keeps its order. @default none */
  readonly lane?: Lane;
}

/** The `find` of idempotent actions: they are simply repeated. */
export const again = async (): Promise<undefined> => undefined;

/** The parts of a client that {@link Actions} uses. */
export interface ActionsContext {
  readonly session: Session;
  readonly services: Services;
  readonly outbox: Outbox;
  readonly replyForm: ReplyForm | undefined;
  /** Whether there is a state file, which must be read before anything else. */
  readonly mustResume: boolean;
  /** For each room the newest open event. @default none */
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
  /** The idempotency keys. */
  readonly keys: Keys;
  /** Stores actions that must survive the process; undefined without a state. */
  store: ActionStore | undefined;
  mustResume: boolean;
  /** Why the last `resume()` failed. */
  refusal: { readonly reason: unknown } | undefined;
  /** Whether new actions are refused. */
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

  /** Runs an action whose failure is reported when nothing handles it, and shows where the user called for it. */
  tend<T>(action: () => Promise<T>): Promise<T> {
    const site = callSite(this.tend);
    return ActionPromise.run(() => withCallSite(action(), site), this.services.reportUnhandled);
  }

  /** Runs an action in its turn, with a login; a failure that nothing handles is reported. */
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
   * @throws the failure of the last `resume()`
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

  /** @throws {BAD_ARGUMENT} {CLOSED} {NOT_LOGGED_IN} when no action can be done now */
  checkOpen(tried: string): void {
    const about = { tried, host: this.session.chatHost, sent: "no" } as const;
    this.checkResumed(tried);
    if (this.isClosing) throw new ClosedError(about);
    if (!this.session.canLogIn) throw new NotLoggedInError(about);
  }
}
