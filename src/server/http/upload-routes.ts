/**
 * Uploading pictures (protocol.md §5.9). The answer is a page whose script holds the URL: on the live hosts that of the
 * image host, on loopback one of this server, which has the bytes in either case.
 */
import type { Hono } from "hono";
import { placeholderImage } from "../image-store.js";
import { renderUpload } from "../pages/index.js";
import { htmlAnswer, notFoundPage } from "./answers.js";
import type { Call, ServerEnv } from "./call.js";

/** Reputation needed to send pictures (ONE). */
const minimumReputation = 20;

export function addUploadRoutes(app: Hono<ServerEnv>): void {
  // No fkey: clients send none. The login cookie is SameSite, so other sites' pages cannot post here.
  app.post("/upload/image", ({ env: { call } }) => htmlAnswer(renderUpload(accept(call))));
  app.get("/i/:name{[A-Za-z0-9]+\\.[a-z]+}", ({ env: { call }, req }) => {
    const image = call.state.images.get(req.param("name"));
    if (!image) return notFoundPage(call);
    const headers = {
      "Content-Type": image.type,
      "Content-Security-Policy": "default-src 'none'",
      "Cache-Control": "private, max-age=86400",
    };
    return new Response(image.bytes, { headers });
  });
}

function accept(call: Call): { readonly result: string } | { readonly error: string } {
  const { viewer, upload, state, params, place } = call;
  const { maxImageBytes } = state.options;
  if (!viewer) return { error: "You must be logged in to upload images" };
  if (viewer.reputation < minimumReputation && !viewer.isModerator) {
    return { error: `You need ${minimumReputation} reputation to upload images` };
  }
  const file = upload?.file ?? null;
  if (upload?.isTooLarge || (file && file.length > maxImageBytes)) {
    return { error: `The image is too large: the limit is ${maxImageBytes} bytes` };
  }
  const url = params.get("upload-url")?.trim() || null;
  if (!file && url === null) return { error: "There is no image to upload" };
  if (!file && !/^https?:$/.test(URL.parse(url ?? "")?.protocol ?? "")) return { error: "That is no URL of an image" };
  const name = state.images.add(file ?? placeholderImage);
  if (!name) return { error: "Only png, jpeg, gif, bmp and webp images can be uploaded" };
  return { result: place.loopback ? `${place.chatUrl}/i/${name}` : `https://i.sstatic.net/${name}` };
}
