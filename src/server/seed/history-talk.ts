/** Who says what, one message after the other: some people talk more than others, and most talk is about what was just said. */
import { mentionName } from "../../protocol/markup/mentions.js";
import type { UserRecord } from "../world/records.js";
import type { HistoryPeople, HistoryPlan } from "./history.js";
import type { HistoryLine } from "./history-message.js";
import { answers, asides, blocks, remarks, words } from "./history-words.js";
import { Random } from "./random.js";

/** How many of the latest messages people still answer. */
const recentLength = 12;

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

  /** The next message. */
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
      starredBy: random.chance(0.03) ? this.#fans(user) : nobody,
    };
    this.#lastOf.set(user, id);
    this.#recent.push({ id, user });
    if (this.#recent.length > recentLength) this.#recent.shift();
    return line;
  }

  /** The first of the list talk most; whoever spoke last goes on now and then. */
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
    if (kind < 0.2) return this.#fill(random.pick(asides));
    if (answersSomebody) return this.#fill(random.pick(answers));
    return this.#fill(random.pick(kind < 0.25 ? blocks : kind < 0.4 ? answers : remarks));
  }

  #fill(template: string): string {
    if (!template.includes("{")) return template;
    return template.replace(/\{([a-z]+)\}/gi, (slot, name: string) => {
      const list = words[name];
      return list ? this.#fill(this.#random.pick(list)) : slot;
    });
  }

  /** A reply, a mention, or to nobody in particular. */
  #address(user: UserRecord): Pick<HistoryLine, "parentId" | "showParent" | "pinged"> & { readonly prefix: string } {
    const random = this.#random;
    const kind = random.next();
    const [first, ...rest] = this.#recent.filter((message) => message.user !== user);
    if (first === undefined || kind > 0.34) return toNobody;
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

const nobody: readonly number[] = [];
const toNobody = { prefix: "", parentId: null, showParent: false, pinged: null };

/** A text before its mistake was seen. */
function withSlip(text: string): string {
  const characters = [...text];
  characters.splice(characters.length / 2, 1);
  return characters.join("") || "oops";
}
