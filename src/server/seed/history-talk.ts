/** Generates the messages of a history. Some users post more than others, and most messages react to recent ones. */
import { mentionName } from "../../protocol/markup/mentions.js";
import type { UserRecord } from "../world/records.js";
import type { HistoryPeople, HistoryPlan } from "./history.js";
import type { HistoryLine } from "./history-message.js";
import { ANSWERS, ASIDES, BLOCKS, REMARKS, SLOT_WORDS } from "./history-words.js";
import { Random } from "./random.js";

/** The number of latest messages that users still reply to. */
const RECENT_MESSAGES = 12;

export class Talk {
  readonly #random: Random;
  readonly #people: HistoryPeople;
  readonly #plan: HistoryPlan;
  readonly #recent: { readonly id: number; readonly user: UserRecord }[] = [];
  readonly #lastOf = new Map<UserRecord, number>();
  #nextId: number;

  constructor(plan: HistoryPlan, people: HistoryPeople, firstId: number) {
    this.#random = new Random(plan.seed);
    this.#people = people;
    this.#plan = plan;
    this.#nextId = firstId;
  }

  /** Generates the next message. */
  next(timeStamp: number): HistoryLine {
    const random = this.#random;
    const id = this.#nextId++;
    const user = this.#speaker();
    const address = this.#address(user);
    const text = this.#text(address.pinged !== null);
    const draft = random.chance(0.04) ? withSlip(text) : null;
    const line: HistoryLine = {
      id,
      roomId: this.#plan.room.id,
      userId: user.id,
      timeStamp,
      source: address.prefix + text,
      draft: draft === null ? null : address.prefix + draft,
      deleted: random.chance(0.015),
      parentId: address.parentId,
      showParent: address.showParent,
      pinged: address.pinged,
      pinnedBy: random.chance(0.001) ? ([...this.#plan.room.owners][0] ?? null) : null,
      starredBy: random.chance(0.03) ? this.#fans(user) : NOBODY,
    };
    this.#lastOf.set(user, id);
    this.#recent.push({ id, user });
    if (this.#recent.length > RECENT_MESSAGES) this.#recent.shift();
    return line;
  }

  /** Picks an author. Users early in the list post most, and the last author sometimes continues. */
  #speaker(): UserRecord {
    const random = this.#random;
    const last = this.#recent.at(-1)?.user;
    if (last && random.chance(0.25)) return last;
    const index = Math.floor(random.next() ** 2 * this.#people.length);
    return this.#people[index] ?? this.#people[0];
  }

  #text(answersSomebody: boolean): string {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.2) return this.#fill(random.pick(ASIDES));
    if (answersSomebody) return this.#fill(random.pick(ANSWERS));
    return this.#fill(random.pick(kind < 0.25 ? BLOCKS : kind < 0.4 ? ANSWERS : REMARKS));
  }

  #fill(template: string): string {
    if (!template.includes("{")) return template;
    return template.replace(/\{([a-z]+)\}/gi, (slot, name: string) => {
      const list = SLOT_WORDS[name];
      return list ? this.#fill(this.#random.pick(list)) : slot;
    });
  }

  /** Picks whether the message is a reply, a mention, or neither. */
  #address(user: UserRecord): Pick<HistoryLine, "parentId" | "showParent" | "pinged"> & { readonly prefix: string } {
    const random = this.#random;
    const kind = random.next();
    const [first, ...rest] = this.#recent.filter((message) => message.user !== user);
    if (first === undefined || kind > 0.34) return TO_NOBODY;
    const { id, user: other } = random.pick([first, ...rest]);
    if (kind < 0.24) return { prefix: `:${id} `, parentId: id, showParent: true, pinged: other.id };
    const parentId = this.#lastOf.get(other) ?? null;
    return { prefix: `@${mentionName(other.name)} `, parentId, showParent: false, pinged: other.id };
  }

  #fans(author: UserRecord): readonly number[] {
    const random = this.#random;
    const wanted = 1 + Math.floor(random.next() ** 3 * 8);
    const others = this.#people.filter((user) => user !== author);
    const offset = random.below(others.length);
    return [...others.slice(offset), ...others.slice(0, offset)].slice(0, wanted).map(({ id }) => id);
  }
}

const NOBODY: readonly number[] = [];
const TO_NOBODY = { prefix: "", parentId: null, showParent: false, pinged: null };

/** Adds a typo to a text, as the version before an edit. */
function withSlip(text: string): string {
  const characters = [...text];
  characters.splice(characters.length / 2, 1);
  return characters.join("") || "oops";
}
