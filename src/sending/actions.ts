/** Actions of an account, from the method a user calls to the outbox: checked, logged in, in turn, and tended. */
import { ClosedError, NotLoggedInError, UsageError } from "../errors/index.js";
import type { ReplyForm } from "../protocol/actions/messages.js";
import type { Session } from "../transport/session.js";
import { checkOptions, type RequestOptions } from "../util/options.js";
import { ActionPromise } from "../util/promises.js";
import type { Services } from "../util/services.js";
import type { Found, Order, Outbox, Task } from "./outbox.js";
import type { ActionStore } from "./store.js";

/** More about an action. */
export interface ActMore<T> {
  /** The options it takes. @default `signal` */
  readonly known?: readonly string[];
  /** What was done after all, when that is not clear; see {@link Task.find}. {@link again} for what can be done twice. */
  readonly find?: (startedAt: number) => Promise<Found<T> | undefined>;
}

/** For actions that do no harm when done twice. */
export const again = async (): Promise<undefined> => undefined;

/** What {@link Actions} needs. */
export interface ActionsContext {
  readonly session: Session;
  readonly services: Services;
  readonly outbox: Outbox;
  readonly replyForm: ReplyForm | undefined;
  /** There is a state file, and it must be read before anything is done. */
  readonly mustResume: boolean;
}

export class Actions {
  readonly session: Session;
  readonly services: Services;
  readonly outbox: Outbox;
  readonly replyForm: ReplyForm | undefined;
  /** The newest message this client is known to have posted in each room. */
  readonly posted: Map<number, number> = new Map();
  /** Keeps what must survive the process; undefined when nothing has to. */
  store: ActionStore | undefined;
  mustResume: boolean;
  /** No action is taken on any more. */
  isClosing = false;

  constructor({ session, services, outbox, replyForm, mustResume }: ActionsContext) {
    this.session = session;
    this.services = services;
    this.outbox = outbox;
    this.replyForm = replyForm;
    this.mustResume = mustResume;
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
  act<T>(tried: string, action: () => Promise<T>, options: RequestOptions = {}, more: ActMore<T> = {}): Promise<T> {
    const { known = ["signal"], find } = more;
    return this.tend(async () => {
      checkOptions("this method", options, known);
      const results: T[] = [];
      const task: Task<T> = find ? { attempt: action, find } : { attempt: action };
      await this.order({ tried, tasks: [task], onDone: (result) => void results.push(result), signal: options.signal });
      return results[0] as T;
    });
  }

  /** @throws {BAD_ARGUMENT} when there is a state file that has not been read: listening or sending would overtake it. */
  checkResumed(tried: string): void {
    if (this.mustResume) throw new UsageError("with the option stateFile await resume() first", { tried });
  }

  /** Puts tasks into the outbox. @throws {CLOSED} {NOT_LOGGED_IN} before any request */
  async order<T>(order: Order<T>): Promise<void> {
    const about = { tried: order.tried, host: this.session.chatHost };
    this.checkResumed(order.tried);
    if (this.isClosing) throw new ClosedError(about);
    if (!this.session.canLogIn) throw new NotLoggedInError(about);
    await this.outbox.run(order);
  }
}
