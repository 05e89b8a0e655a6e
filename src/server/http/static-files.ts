/** `GET /web/…`: the style sheet, scripts and icons of the pages, from the folder beside; nothing else, no path tricks. */
import { readFile } from "node:fs/promises";
import { textAnswer } from "./answers.js";

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  ico: "image/x-icon",
};

export async function serveWebFile(path: string): Promise<Response> {
  const match = /^\/web\/((?:[a-z0-9][a-z0-9-]*\/)*[a-z0-9][a-z0-9-]*\.(css|js|svg|ico))$/.exec(path);
  const type = types[match?.[2] ?? ""];
  if (!match?.[1] || !type) return textAnswer("There is no such file.", 404);
  try {
    const bytes = await readFile(new URL(`../web/${match[1]}`, import.meta.url));
    return new Response(new Uint8Array(bytes), { headers: { "Content-Type": type, "Cache-Control": "no-cache" } });
  } catch {
    return textAnswer("There is no such file.", 404);
  }
}
