/**
 * A parser of `multipart/form-data` as browsers, curl and HTTP libraries write it (RFC 7578). It runs in linear time for
 * any input. Knows nothing of requests.
 */

/** One field of a form: a text, or a file if it has a file name. */
export interface FormPart {
  readonly name: string;
  readonly isFile: boolean;
  readonly bytes: Buffer;
}

/** The most bytes of one part's headers. */
const MAX_PART_HEADER_BYTES = 8_192;
const LINE_END = Buffer.from("\r\n");
const HEADER_END = Buffer.from("\r\n\r\n");

/** Parses the parts of a body in order; null if it is not a complete form. */
export function parseMultipart(body: Buffer, contentType: string): FormPart[] | null {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return null;
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  // The first delimiter may be at the very start, without the line end that precedes all others.
  const opening = delimiter.subarray(LINE_END.length);
  const first = body.subarray(0, opening.length).equals(opening) ? -LINE_END.length : body.indexOf(delimiter);
  if (first === -1) return null;
  const parts: FormPart[] = [];
  for (let at = first + delimiter.length; ; ) {
    if (body.subarray(at, at + 2).toString("latin1") === "--") return parts;
    const start = lineAfter(body, at);
    if (start === null) return null;
    const headersEnd = body.subarray(start, start + MAX_PART_HEADER_BYTES).indexOf(HEADER_END);
    if (headersEnd === -1) return null;
    const content = start + headersEnd + HEADER_END.length;
    const end = body.indexOf(delimiter, content);
    const field = fieldOf(body.subarray(start, start + headersEnd).toString("utf8"));
    if (end === -1 || field === null) return null;
    parts.push({ ...field, bytes: body.subarray(content, end) });
    at = end + delimiter.length;
  }
}

/** Reads the boundary: 1 to 70 characters, quoted or not (RFC 2046). */
function boundaryOf(contentType: string): string | null {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70})(?=[\s;]|$))/i.exec(contentType) ?? [];
  return quoted ?? bare ?? null;
}

/** The start of the line after a delimiter; null if anything but white space follows the delimiter. */
function lineAfter(body: Buffer, delimiterEnd: number): number | null {
  let at = delimiterEnd;
  while (body[at] === 0x20 || body[at] === 0x09) at++;
  return body.subarray(at, at + 2).equals(LINE_END) ? at + 2 : null;
}

/** Reads a field's name, and whether it is a file, from the headers of its part; null if there is no name. */
function fieldOf(headers: string): { readonly name: string; readonly isFile: boolean } | null {
  const disposition = headers.split("\r\n").find((line) => /^content-disposition:\s*form-data\s*(;|$)/i.test(line));
  if (disposition === undefined) return null;
  let name: string | null = null;
  let isFile = false;
  for (const [, key = "", quoted, bare] of disposition.matchAll(/;\s*([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    if (key.toLowerCase() === "name") name = unescaped(quoted ?? bare ?? "");
    if (/^filename\*?$/i.test(key)) isFile = true;
  }
  return name === null ? null : { name, isFile };
}

/** Browsers write a quote in a name as `%22`, older programs as `\"`. */
function unescaped(name: string): string {
  return name
    .replaceAll('\\"', '"')
    .replaceAll(/%22/g, '"')
    .replaceAll(/%0D%0A/gi, "\r\n");
}
