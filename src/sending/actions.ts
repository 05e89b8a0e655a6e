/** Runs actions from the method a caller calls to the outbox: checks, login, queueing, and reporting of failures. */
import { ClosedError, NotLoggedInError, UsageError } from "../errors/index.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import type { Session } from "../transport/session.js";
import { captureCallSite, withCallSite } from "../util/call-site.js";
import { ActionPromise } from "../util/promises.js";
import type { Services } from "../util/services.js";
import { IdempotencyKeys } from "./idempotency-keys.js";
import type { JobSpec, Task } from "./job.js";
import type { Lane } from "./lanes.js";
import { type ActionOptions, checkActionOptions } from "./options.js";
import type { Outbox } from "./outbox.js";
import { PostedMessages } from "./posted-messages.js";
import type { ActionStore } from "./store.js";

/** An action with one task. */
export interface Action<T> extends Task<T> {
  /** Describes the attempt, to complete "Could not …". */
  readonly tried: string;
  /** The lane that keeps its order. @default none */
  readonly lane?: Lane;
}

/** The `lookUp` of idempotent actions: reports "not done", so that they are repeated. */
export const repeatSafely = async (): Promise<undefined> => undefined;

/** The parts of a client that {@link Actions} uses. */
export interface ActionsContext {
  readonly session: Session;
  readonly services: Services;
  readonly outbox: Outbox;
  readonly replyForm: ReplyForm | undefined;
  /** Whether `resume()` must be called first, because there is a state file. */
  readonly mustResume: boolean;
  /** The newest unacknowledged event of each room. @default none */
  readonly openEvents?: () => ReadonlyMap<number, number>;
}

export class Actions {
  readonly session: Session;
  readonly services: Services;
  readonly outbox: Outbox;
  readonly replyForm: ReplyForm | undefined;
  readonly openEvents: () => ReadonlyMap<number, number>;
  readonly posted: PostedMessages = new PostedMessages();
  /** The outcomes of idempotency keys. */
  readonly keys: IdempotencyKeys;
  /** Stores actions that must survive a restart; undefined without a state file. */
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
    this.keys = new IdempotencyKeys(services.clock, () => this.store);
  }

  /** Logs in unless logged in. @throws {NOT_LOGGED_IN} without a request when no login is possible. */
  async login(tried: string): Promise<void> {
    if (!this.session.canLogIn) throw new NotLoggedInError({ tried, host: this.session.chatHost });
    await this.session.login();
  }

  /** Runs an action, reports its failure if nothing handles it, and adds the caller's position in the code. */
  track<T>(action: () => Promise<T>): Promise<T> {
    const site = captureCallSite(this.track);
    return ActionPromise.run(() => withCallSite(action(), site), this.services.reportUnhandled);
  }

  /** Queues an action and tracks its failure. */
  perform<T>(action: Action<T>, options: ActionOptions = {}): Promise<T> {
    return this.track(async () => {
      checkActionOptions("this method", options);
      const results: T[] = [];
      const { tried, lane } = action;
      const { priority, deadlineMs, signal } = options;
      const onDone = (result: T): void => void results.push(result);
      await this.submit({ tried, lane, tasks: [action], onDone, priority, deadlineMs, signal });
      return results[0] as T;
    });
  }

  /**
   * @throws {BAD_ARGUMENT} when there is a state file and `resume()` has not been called: listening or sending would
   *   overtake it.
   * @throws the failure of the last `resume()`
   */
  checkResumed(tried: string): void {
    if (this.mustResume && this.refusal) throw this.refusal.reason;
    if (this.mustResume) throw new UsageError("with the option stateFile, call await client.resume() first", { tried });
  }

  /** Submits tasks to the outbox. @throws {CLOSED} {NOT_LOGGED_IN} without a request */
  async submit<T>(submit: JobSpec<T>): Promise<void> {
    this.checkCanAct(submit.tried);
    await this.outbox.run(submit);
  }

  /** @throws {BAD_ARGUMENT} {CLOSED} {NOT_LOGGED_IN} when actions are not possible now */
  checkCanAct(tried: string): void {
    const about = { tried, host: this.session.chatHost, sent: "no" } as const;
    this.checkResumed(tried);
    if (this.isClosing) throw new ClosedError(about);
    if (!this.session.canLogIn) throw new NotLoggedInError(about);
  }
}
