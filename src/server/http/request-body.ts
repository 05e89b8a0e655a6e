/** Bodies of requests: forms in either encoding, and the one upload with a file in it. Bounded in memory, whatever is sent. */
import { type FormPart, parseMultipart } from "./multipart.js";

/** The picture of an upload (protocol.md §5.9); its other fields are parameters like those of any form. */
export interface Upload {
  readonly file: Uint8Array<ArrayBuffer> | null;
  /** The body was larger than any picture may be; nothing of it was kept. */
  readonly isTooLarge: boolean;
}

/** The content of a POST: the fields of its form and the picture of an upload, or why there are none. */
export type FormBody =
  | { readonly kind: "form"; readonly fields: Iterable<[string, string]>; readonly upload: Upload | null }
  /** `not-a-form`: its content type is that of no form. */
  | { readonly kind: "not-a-form" | "too-large" | "malformed" };

/** How large a form may be, and how large the picture of an upload. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxImageBytes: number;
}

/** Requests other than a POST bring nothing. */
export const noForm: FormBody = { kind: "form", fields: [], upload: null };

/** What a form has around its file: boundaries, headers, other fields. */
const uploadOverhead = 65_536;
/** A body that is too large is read to its end before the answer, up to here: most clients look no earlier. */
const maxDiscarded = 67_108_864;

/** Reads the form of a POST. Files are kept for the upload alone; every other endpoint passes over them. */
export async function readForm(request: Request, path: string, limits: BodyLimits): Promise<FormBody> {
  const contentType = request.headers.get("content-type") ?? "";
  const [type = ""] = contentType.toLowerCase().split(";");
  if (type.trim() === "application/x-www-form-urlencoded") {
    const bytes = await readBytes(request, limits.maxBodyBytes, limits.maxBodyBytes);
    if (bytes === null) return { kind: "too-large" };
    return { kind: "form", fields: new URLSearchParams(bytes.toString("utf8")), upload: null };
  }
  if (type.trim() !== "multipart/form-data") return { kind: "not-a-form" };
  if (path === "/upload/image") return readUpload(request, contentType, limits.maxImageBytes);
  const bytes = await readBytes(request, limits.maxBodyBytes, limits.maxBodyBytes);
  if (bytes === null) return { kind: "too-large" };
  const parts = parseMultipart(bytes, contentType);
  return parts ? { kind: "form", fields: textFields(parts), upload: null } : { kind: "malformed" };
}

/** The page that answers an upload says what is wrong with it: a body that is no such form is an upload of nothing. */
async function readUpload(request: Request, contentType: string, maxImageBytes: number): Promise<FormBody> {
  const bytes = await readBytes(request, maxImageBytes + uploadOverhead, maxDiscarded);
  if (bytes === null) return { kind: "form", fields: [], upload: { file: null, isTooLarge: true } };
  const parts = parseMultipart(bytes, contentType) ?? [];
  const picture = parts.find(({ name, isFile }) => isFile && name === "filename");
  const file = picture ? new Uint8Array(picture.bytes) : null;
  return { kind: "form", fields: textFields(parts), upload: { file, isTooLarge: false } };
}

function textFields(parts: readonly FormPart[]): [string, string][] {
  return parts.filter(({ isFile }) => !isFile).map(({ name, bytes }) => [name, bytes.toString("utf8")]);
}

/** The body; null when it is longer than `keep`, of which at most `read` bytes are fetched to see its end. */
async function readBytes(request: Request, keep: number, read: number): Promise<Buffer | null> {
  if (!request.body) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size <= keep) chunks.push(chunk);
    else chunks.length = 0;
    if (size > keep && size > read) break;
  }
  return size > keep ? null : Buffer.concat(chunks);
}
