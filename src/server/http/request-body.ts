/** Bodies of requests: forms as text, and the one upload with a file in it. Bounded in memory, whatever is sent. */

/** The form of an image upload (protocol.md §5.9). */
export interface Upload {
  readonly file: Uint8Array<ArrayBuffer> | null;
  /** `upload-url`: a picture elsewhere. */
  readonly url: string | null;
  /** The body was larger than any picture may be; nothing of it was kept. */
  readonly isTooLarge: boolean;
}

/** What a form has around its file: boundaries, headers, other fields. */
const uploadOverhead = 65_536;
/** A body that is too large is read to its end before the answer, up to here: most clients look no earlier. */
const maxDiscarded = 67_108_864;

export function isUpload(request: Request, path: string): boolean {
  return (
    request.method === "POST" && path === "/upload/image" && contentType(request).startsWith("multipart/form-data")
  );
}

/** What {@link readForm} gives for a body that is too large. */
export const tooLarge: unique symbol = Symbol("too large");

/** The text of a form; null when the body is no form. */
export async function readForm(request: Request, maxBytes: number): Promise<string | null | typeof tooLarge> {
  if (!contentType(request).startsWith("application/x-www-form-urlencoded")) return null;
  const bytes = await readBytes(request, maxBytes, maxBytes);
  return bytes === null ? tooLarge : Buffer.from(bytes).toString("utf8");
}

export async function readUpload(request: Request, maxImageBytes: number): Promise<Upload> {
  const bytes = await readBytes(request, maxImageBytes + uploadOverhead, maxDiscarded);
  if (bytes === null) return { file: null, url: null, isTooLarge: true };
  const headers = { "content-type": request.headers.get("content-type") ?? "" };
  // A body that is no such form at all is an upload of nothing.
  const form = await new Response(bytes, { headers }).formData().catch(() => null);
  const file = form?.get("filename") ?? null;
  const url = form?.get("upload-url") ?? null;
  return {
    file: file === null || typeof file === "string" ? null : new Uint8Array(await file.arrayBuffer()),
    url: typeof url === "string" && url.trim() !== "" ? url.trim() : null,
    isTooLarge: false,
  };
}

function contentType(request: Request): string {
  return (request.headers.get("content-type") ?? "").toLowerCase();
}

/** The body; null when it is longer than `keep`, of which at most `read` bytes are fetched to see its end. */
async function readBytes(request: Request, keep: number, read: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size <= keep) chunks.push(chunk);
    else chunks.length = 0;
    if (size > keep && size > read) break;
  }
  return size > keep ? null : new Uint8Array(Buffer.concat(chunks));
}
