/**
 * `GET /rooms/schedule/export/…`: scheduled events as a calendar (RFC 5545; never recorded). This server keeps no schedule,
 * so the calendar has no events. Its only component is the time zone, because a calendar needs one.
 */

/** The most bytes of a line, without the line end. */
const MAX_LINE_BYTES = 75;

/** Renders an empty calendar with a name, as `text/calendar`. */
export function renderCalendar(name: string): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//chatexchange-ts//local chat server//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${escaped(name)}`,
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "TZNAME:UTC",
    "END:STANDARD",
    "END:VTIMEZONE",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function escaped(text: string): string {
  return text
    .replace(/\p{Cs}/gu, "\ufffd")
    .replace(/[\\;,]/g, "\\$&")
    .replace(/\r\n?|\n/g, "\\n")
    .replace(/\p{Cc}/gu, " ");
}

/** Folds a long line into continuation lines that begin with a space, without splitting a character. */
function folded(line: string): string {
  let size = 0;
  let text = "";
  for (const character of line) {
    const bytes = Buffer.byteLength(character);
    if (size + bytes > MAX_LINE_BYTES) {
      text += "\r\n ";
      size = 1;
    }
    text += character;
    size += bytes;
  }
  return text;
}
