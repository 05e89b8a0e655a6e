/** What a history can be told, and how that is checked. */
import { UsageError } from "../../errors/index.js";
import { checkCount, checkOptions, shown } from "../../util/options.js";
import type { ServerUser } from "../script/server-user.js";
import type { RoomName } from "../script/user-in-room.js";
import type { RoomRecord, UserRecord } from "../world/records.js";
import type { HistoryPeople, HistoryPlan } from "./history.js";
import { firstNames, lastNames } from "./history-words.js";

/** What a made-up history is made of. */
export interface NewHistory {
  /** The room to fill. @default 1 */
  readonly room?: RoomName;
  /** How many messages. @default 1_000 */
  readonly messages?: number;
  /** Over how many days. @default 7 */
  readonly days?: number;
  /** Unix seconds of its end. @default now, or when the first message of the site was said */
  readonly until?: number;
  /** Who talks, the most talkative first: people, names, or how many to make up. @default 12 */
  readonly people?: number | readonly (ServerUser | string)[];
  /** What everything by chance comes from. @default 1 */
  readonly seed?: number;
}

/** A history that was added. */
export interface ServerHistory {
  /** The id of its first message. */
  readonly firstId: number;
  /** The id of its last message. */
  readonly lastId: number;
  /** Unix seconds of its first message. */
  readonly from: number;
  /** Unix seconds of its last message. */
  readonly until: number;
  /** Who talked. */
  readonly people: readonly ServerUser[];
}

/** How names become records. */
interface Finder {
  roomOf(room: RoomName): RoomRecord;
  userOf(person: ServerUser | string): UserRecord;
}

/** @throws {BAD_ARGUMENT} naming what is wrong with which option */
export function historyPlan(options: NewHistory, { roomOf, userOf }: Finder): HistoryPlan {
  checkOptions("addHistory", options, ["room", "messages", "days", "until", "people", "seed"]);
  const { room = 1, messages = 1_000, days = 7, until, people = 12, seed = 1 } = options;
  checkCount("messages", messages, 1, 10_000_000);
  checkCount("days", days, 1, 10_000);
  checkCount("seed", seed, 0);
  if (until !== undefined) checkCount("until", until, 0);
  const names = typeof people === "number" ? madeUp(people) : people;
  if (!Array.isArray(names)) throw new UsageError(`people is a number or a list of people, not ${shown(people)}`);
  const [first, ...rest] = names;
  if (first === undefined || rest.length === 0) throw new UsageError("a history takes at least two people");
  const records = (): HistoryPeople => [userOf(first), ...rest.map(userOf)];
  return { room: roomOf(room), people: records, messages, days, until, seed };
}

function madeUp(count: number): readonly string[] {
  checkCount("people", count, 2, firstNames.length * lastNames.length);
  return Array.from({ length: count }, (_, n) => {
    const first = firstNames[n % firstNames.length] ?? "";
    // Another last name in each round, so that the first few people already have some.
    const last = lastNames[(Math.floor(n / firstNames.length) + n) % lastNames.length] ?? "";
    return `${first} ${last}`.trim();
  });
}
