/**
 * `multipart/form-data` as browsers, curl and HTTP libraries write it (RFC 7578). Each byte is looked at a fixed number of
 * times, whatever is sent. Knows nothing of requests.
 */

/** One field of a form: a text, or a file when it came with a file name. */
export interface FormPart {
  readonly name: string;
  readonly isFile: boolean;
  readonly bytes: Buffer;
}

/** The headers of one part are short. */
const maxHeaderBytes = 8_192;
const lineEnd = Buffer.from("\r\n");
const headerEnd = Buffer.from("\r\n\r\n");

/** The parts of a body in their order; null when it is not a whole form. */
export function parseMultipart(body: Buffer, contentType: string): FormPart[] | null {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return null;
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  // The first delimiter may stand at the very beginning, without the line end that belongs to all others.
  const opening = delimiter.subarray(lineEnd.length);
  const first = body.subarray(0, opening.length).equals(opening) ? -lineEnd.length : body.indexOf(delimiter);
  if (first === -1) return null;
  const parts: FormPart[] = [];
  for (let at = first + delimiter.length; ; ) {
    if (body.subarray(at, at + 2).toString("latin1") === "--") return parts;
    const start = lineAfter(body, at);
    if (start === null) return null;
    const headersEnd = body.subarray(start, start + maxHeaderBytes).indexOf(headerEnd);
    if (headersEnd === -1) return null;
    const content = start + headersEnd + headerEnd.length;
    const end = body.indexOf(delimiter, content);
    const field = fieldOf(body.subarray(start, start + headersEnd).toString("utf8"));
    if (end === -1 || field === null) return null;
    parts.push({ ...field, bytes: body.subarray(content, end) });
    at = end + delimiter.length;
  }
}

/** RFC 2046: 1 to 70 characters, in quotes or not. */
function boundaryOf(contentType: string): string | null {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70})(?=[\s;]|$))/i.exec(contentType) ?? [];
  return quoted ?? bare ?? null;
}

/** The start of the line after a delimiter; null when anything but white space follows the delimiter. */
function lineAfter(body: Buffer, delimiterEnd: number): number | null {
  let at = delimiterEnd;
  while (body[at] === 0x20 || body[at] === 0x09) at++;
  return body.subarray(at, at + 2).equals(lineEnd) ? at + 2 : null;
}

/** The name of a field, and whether it is a file, from the headers of its part; null when they do not say. */
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
