/**
 * A message of a generated history. There may be a million of them, so it creates its HTML, sets and revisions lazily.
 */
import type { MessageFlags, MessageRecord, Revision } from "../world/records.js";

/** The generated data of a message. */
export interface HistoryLine {
  readonly id: number;
  readonly roomId: number;
  readonly userId: number;
  readonly timeStamp: number;
  readonly source: string;
  /** The original text of an edited message; null if it was not edited. */
  readonly draft: string | null;
  readonly deleted: boolean;
  readonly parentId: number | null;
  readonly showParent: boolean;
  readonly pinnedBy: number | null;
  /** The user it pinged; null for none. */
  readonly pinged: number | null;
  readonly starredBy: readonly number[];
}

/** Renders a text as HTML, with the `@Author` prefix of a reply if the server adds one. */
export type RenderLine = (source: string, parentId: number | null) => string;

/** The seconds from a message's post to its edit, deletion or pin. */
const LATER_ACTION_SECONDS = 40;

export class HistoryMessage implements MessageRecord {
  readonly id: number;
  roomId: number;
  readonly userId: number;
  readonly timeStamp: number;
  parentId: number | null;
  showParent: boolean;
  edits: number;
  moved = false;
  purged = false;
  flags: MessageFlags | null = null;
  readonly #render: RenderLine;
  #source: string;
  #deleted: boolean;
  #content: string | null = null;
  #draft: string | null;
  #revisions: Revision[] | null = null;
  #stars: Set<number> | readonly number[];
  #pins: Map<number, number> | number | null;
  #pinged: Set<number> | number | null;

  constructor(line: HistoryLine, render: RenderLine) {
    this.id = line.id;
    this.roomId = line.roomId;
    this.userId = line.userId;
    this.timeStamp = line.timeStamp;
    this.#source = line.source;
    this.#deleted = line.deleted;
    this.parentId = line.parentId;
    this.showParent = line.showParent;
    this.edits = line.draft === null ? 0 : 1;
    this.#draft = line.draft;
    this.#render = render;
    this.#stars = line.starredBy;
    this.#pins = line.pinnedBy;
    this.#pinged = line.pinged;
  }

  get source(): string {
    return this.#source;
  }

  set source(text: string) {
    this.#keepRevisions();
    this.#source = text;
  }

  get content(): string {
    this.#content ??= this.#render(this.#source, this.parentId);
    return this.#content;
  }

  set content(html: string) {
    this.#keepRevisions();
    this.#content = html;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  set deleted(is: boolean) {
    this.#keepRevisions();
    this.#deleted = is;
  }

  get revisions(): Revision[] {
    return this.#keepRevisions();
  }

  set revisions(list: Revision[]) {
    this.#revisions = list;
  }

  get stars(): Set<number> {
    if (!(this.#stars instanceof Set)) this.#stars = new Set(this.#stars);
    return this.#stars;
  }

  get pins(): Map<number, number> {
    if (!(this.#pins instanceof Map)) {
      this.#pins = new Map(this.#pins === null ? [] : [[this.#pins, this.timeStamp + LATER_ACTION_SECONDS]]);
    }
    return this.#pins;
  }

  get pinged(): Set<number> {
    if (!(this.#pinged instanceof Set)) this.#pinged = new Set(this.#pinged === null ? [] : [this.#pinged]);
    return this.#pinged;
  }

  /** Creates the revisions before the first change. */
  #keepRevisions(): Revision[] {
    this.#revisions ??= this.#firstRevisions();
    return this.#revisions;
  }

  #firstRevisions(): Revision[] {
    const { userId, timeStamp, source, content } = this;
    const later = { userId, timeStamp: timeStamp + LATER_ACTION_SECONDS };
    const draft = this.#draft;
    const said = draft === null ? { source, content } : { source: draft, content: this.#render(draft, this.parentId) };
    const list: Revision[] = [{ label: "said", userId, timeStamp, ...said }];
    if (draft !== null) list.push({ label: "edited", ...later, source, content });
    if (this.deleted) list.push({ label: "deleted", ...later, source: null, content: null });
    return list;
  }
}
