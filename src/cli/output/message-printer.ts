/**
 * Prints lines about messages for people: times, aligned names in colors, the parent above a reply, marks for edits,
 * deletions and stars, all wrapped to the terminal's width.
 */
import type { Output, Style } from "../context.js";
import type { MessageLine } from "./message-line.js";
import { marked, styledLines, styledText, unmarked } from "./styled-text.js";
import { fitColumns, oneLine, shorten, wrap } from "./text.js";

const PALETTE: readonly Style[] = [
  "cyan",
  "green",
  "magenta",
  "blue",
  "yellow",
  "red",
  "cyanBright",
  "greenBright",
  "magentaBright",
];

type PrinterContext = Pick<Output, "colors" | "columns" | "print" | "style">;

/** Options of a {@link MessagePrinter}. */
export interface PrinterOptions {
  /** The names of the rooms, shown when there are several. */
  readonly rooms?: ReadonlyMap<number, string>;
  /** Called before and after printing, to hide and restore a status line. */
  readonly around?: { before(): void; after(): void };
  /** The origin of the chat site, to resolve relative links. */
  readonly origin?: string;
}

export class MessagePrinter {
  readonly #context: PrinterContext;
  readonly #rooms: ReadonlyMap<number, string>;
  readonly #around: PrinterOptions["around"];
  readonly #origin: string;
  #day = "";

  constructor(context: PrinterContext, { rooms = new Map(), around, origin = "" }: PrinterOptions = {}) {
    this.#context = context;
    this.#rooms = rooms;
    this.#around = around;
    this.#origin = origin;
  }

  /** Prints a line about a message. */
  async print(line: MessageLine): Promise<void> {
    const { style, columns } = this.#context;
    const nameWidth = columns < 60 ? 10 : 16;
    const time = line.time === null ? "" : `${clockTime(line.time)}  `;
    const room = this.#roomCell(line.roomId);
    const left = time.length + room.length + nameWidth + 2;
    const name = fitColumns(oneLine(line.name ?? "somebody"), nameWidth);
    const cell = line.what === "starred" ? style("dim", name) : style("bold", style(colorOf(line.userId), name));
    const rows = [...this.#quote(line, columns - left), ...this.#body(line, columns - left)];
    const pad = " ".repeat(left);
    const printed = rows.map((row, at) =>
      (at === 0 ? `${style("dim", time + room)}${cell}  ${row}` : `${pad}${row}`).trimEnd(),
    );
    await this.#put(line.time, printed);
  }

  /** Prints a notice in the text column, such as who entered. */
  async notice(time: number | null, roomId: number | null, text: string, style: Style = "dim"): Promise<void> {
    const cell = `${time === null ? "" : `${clockTime(time)}  `}${this.#roomCell(roomId)}`;
    const left = `${cell}${" ".repeat(this.#context.columns < 60 ? 12 : 18)}`;
    const [first = "", ...more] = wrap(oneLine(text), this.#context.columns - left.length);
    const pad = " ".repeat(left.length);
    const lines = [this.#context.style("dim", left) + this.#context.style(style, first)];
    for (const line of more) lines.push(pad + this.#context.style(style, line));
    await this.#put(time, lines);
  }

  async #put(time: number | null, lines: readonly string[]): Promise<void> {
    this.#around?.before();
    if (time !== null) {
      const day = new Date(time).toDateString();
      if (day !== this.#day) {
        this.#day = day;
        await this.#context.print(this.#context.style("dim", `── ${dayTitle(time)} ──`));
      }
    }
    for (const line of lines) await this.#context.print(line);
    this.#around?.after();
  }

  #roomCell(roomId: number | null): string {
    if (this.#rooms.size < 2) return "";
    const name = (roomId === null ? undefined : this.#rooms.get(roomId)) ?? `room ${roomId ?? "?"}`;
    return `${fitColumns(oneLine(name), 12)}  `;
  }

  #quote({ parent, what }: MessageLine, columns: number): string[] {
    if (parent === null || what === "starred") return [];
    const text = parent.html === null ? `message ${parent.id}` : flat(styledText(parent.html, this.#origin));
    const name = parent.name === null ? "" : `${oneLine(parent.name)}: `;
    return [this.#context.style("dim", shorten(`↪ ${name}${text}`, columns))];
  }

  #body(line: MessageLine, columns: number): string[] {
    const { style } = this.#context;
    const signs = [line.stars > 0 ? `★${line.stars > 1 ? line.stars : ""}` : "", line.pinned ? "pinned" : ""];
    const stars = signs.filter(Boolean).join(" ");
    if (line.what === "starred") {
      const text = line.html === null ? `message ${line.messageId}` : flat(styledText(line.html, this.#origin));
      return [`${style("yellow", stars || "☆")}  ${style("dim", shorten(text, columns - 12))}`];
    }
    if (line.deleted || line.what === "deleted") {
      const text = line.html === null ? "" : flat(styledText(line.html, this.#origin));
      const struck = text === "" ? "" : `${style("strikethrough", shorten(text, columns - 12))} `;
      return [style("dim", `${struck}(deleted)`)];
    }
    const sign = line.what === "edited" ? marked("dim", "✎ ") : line.what === "moved" ? marked("dim", "⇄ ") : "";
    const marks = (line.edited ? marked("dim", " (edited)") : "") + (stars === "" ? "" : marked("yellow", ` ${stars}`));
    return styledLines(this.#context, `${sign}${styledText(line.html ?? "", this.#origin)}${marks}`, columns);
  }
}

/** A text on one line, without marks. */
function flat(text: string): string {
  return oneLine(unmarked(text).replace(/│ /g, ""));
}

/** The color of a user, always the same one. */
function colorOf(userId: number | null): Style {
  return PALETTE[Math.abs(userId ?? 0) % PALETTE.length] ?? "cyan";
}

function clockTime(ms: number): string {
  const date = new Date(ms);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

function dayTitle(ms: number): string {
  return new Date(ms).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}
