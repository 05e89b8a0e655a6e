/** `GET /web/…`: serves the style sheets, scripts and icons of the pages. The pattern of names rules out path traversal. */
import { readFile } from "node:fs/promises";
import { textResponse } from "./responses.js";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  ico: "image/x-icon",
};

export async function serveWebFile(path: string): Promise<Response> {
  const match = /^\/web\/((?:[a-z0-9][a-z0-9-]*\/)*[a-z0-9][a-z0-9-]*\.(css|js|svg|ico))$/.exec(path);
  const type = CONTENT_TYPES[match?.[2] ?? ""];
  if (!match?.[1] || !type) return textResponse("File not found.", 404);
  try {
    const bytes = await readFile(new URL(`../web/${match[1]}`, import.meta.url));
    return new Response(new Uint8Array(bytes), { headers: { "Content-Type": type, "Cache-Control": "no-cache" } });
  } catch {
    return textResponse("File not found.", 404);
  }
}
