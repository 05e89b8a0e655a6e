/** The options of `LocalSite.addHistory`, and their validation. */
import { UsageError } from "../../errors/index.js";
import { checkCount, checkOptions, previewValue } from "../../util/options.js";
import type { ServerUser } from "../script/server-user.js";
import type { RoomName } from "../script/user-in-room.js";
import type { RoomRecord, UserRecord } from "../world/records.js";
import type { HistoryPeople, HistoryPlan } from "./history.js";
import { FIRST_NAMES, LAST_NAMES } from "./history-words.js";

/** Options of {@link LocalSite.addHistory}. */
export interface NewHistory {
  /** The room to fill. @default 1 */
  readonly room?: RoomName;
  /** The number of messages. @default 1_000 */
  readonly messages?: number;
  /** The number of days they spread over. @default 7 */
  readonly days?: number;
  /** The end of the history in unix seconds. @default now, or the time of the site's first message */
  readonly until?: number;
  /** The authors, most active first: users, names, or the number of users to create. @default 12 */
  readonly people?: number | readonly (ServerUser | string)[];
  /** The random seed; the same seed gives the same history. @default 1 */
  readonly seed?: number;
}

/** The result of {@link LocalSite.addHistory}. */
export interface ServerHistory {
  /** The id of its first message. */
  readonly firstId: number;
  /** The id of its last message. */
  readonly lastId: number;
  /** The start of the history in unix seconds. */
  readonly from: number;
  /** The end of the history in unix seconds. */
  readonly until: number;
  /** The authors, most active first. */
  readonly people: readonly ServerUser[];
}

/** Resolves rooms and users to records. */
interface Finder {
  roomOf(room: RoomName): RoomRecord;
  userOf(person: ServerUser | string): UserRecord;
}

/** Validates the options. @throws {BAD_ARGUMENT} with the option's name and the values it accepts */
export function historyPlan(options: NewHistory, { roomOf, userOf }: Finder): HistoryPlan {
  checkOptions("addHistory", options, ["room", "messages", "days", "until", "people", "seed"]);
  const { room = 1, messages = 1_000, days = 7, until, people = 12, seed = 1 } = options;
  checkCount("messages", messages, 1, 10_000_000);
  checkCount("days", days, 1, 10_000);
  checkCount("seed", seed, 0);
  if (until !== undefined) checkCount("until", until, 0);
  const names = typeof people === "number" ? madeUp(people) : people;
  if (!Array.isArray(names)) {
    throw new UsageError(`people must be a number or a list of users, not ${previewValue(people)}`);
  }
  const [first, ...rest] = names;
  if (first === undefined || rest.length === 0) throw new UsageError("a history needs at least two users");
  const records = (): HistoryPeople => [userOf(first), ...rest.map(userOf)];
  return { room: roomOf(room), people: records, messages, days, until, seed };
}

function madeUp(count: number): readonly string[] {
  checkCount("people", count, 2, FIRST_NAMES.length * LAST_NAMES.length);
  return Array.from({ length: count }, (_, n) => {
    const first = FIRST_NAMES[n % FIRST_NAMES.length] ?? "";
    // A different last name in each round, so that some of the first few users already have one.
    const last = LAST_NAMES[(Math.floor(n / FIRST_NAMES.length) + n) % LAST_NAMES.length] ?? "";
    return `${first} ${last}`.trim();
  });
}
