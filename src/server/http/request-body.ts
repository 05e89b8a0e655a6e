/** Reads request bodies: forms in both encodings, and image uploads. Memory use is bounded for any input. */
import { type FormPart, parseMultipart } from "./multipart.js";

/** The image of an upload (protocol.md §5.9). Its other fields are ordinary parameters. */
export interface Upload {
  readonly file: Uint8Array<ArrayBuffer> | null;
  /** Whether the body was larger than any image may be, and was discarded. */
  readonly isTooLarge: boolean;
}

/** The body of a POST: the fields of its form and the image of an upload, or the reason why there are none. */
export type FormBody =
  | { readonly kind: "form"; readonly fields: Iterable<[string, string]>; readonly upload: Upload | null }
  /** `not-a-form`: the content type is not that of a form. */
  | { readonly kind: "not-a-form" | "too-large" | "malformed" };

/** The most bytes of a form, and of an uploaded image. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxImageBytes: number;
}

/** The body of requests other than POST. */
export const NO_FORM: FormBody = { kind: "form", fields: [], upload: null };

/** Allowance for the boundaries, headers and other fields around an uploaded file. */
const UPLOAD_OVERHEAD_BYTES = 65_536;
/** A body over the limit is read to its end before the response, up to here, because most clients do not read earlier. */
const MAX_DISCARDED_BYTES = 67_108_864;

/** Reads the form of a POST. Files are read by the upload endpoint only and ignored by all others. */
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

/** Reads an upload. A malformed body counts as an upload without a file, because the response page reports what is wrong. */
async function readUpload(request: Request, contentType: string, maxImageBytes: number): Promise<FormBody> {
  const bytes = await readBytes(request, maxImageBytes + UPLOAD_OVERHEAD_BYTES, MAX_DISCARDED_BYTES);
  if (bytes === null) return { kind: "form", fields: [], upload: { file: null, isTooLarge: true } };
  const parts = parseMultipart(bytes, contentType) ?? [];
  const picture = parts.find(({ name, isFile }) => isFile && name === "filename");
  const file = picture ? new Uint8Array(picture.bytes) : null;
  return { kind: "form", fields: textFields(parts), upload: { file, isTooLarge: false } };
}

function textFields(parts: readonly FormPart[]): [string, string][] {
  return parts.filter(({ isFile }) => !isFile).map(({ name, bytes }) => [name, bytes.toString("utf8")]);
}

/** Reads a body; null if it has more than `keep` bytes. At most `read` bytes are read in search of its end. */
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
