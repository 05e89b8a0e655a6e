/**
 * Image uploads (protocol.md §5.9). The response is a page whose script holds the URL: one of the image host for the live
 * hosts, one of this server on loopback. The server stores the bytes in both cases.
 */
import type { Hono } from "hono";
import { PLACEHOLDER_IMAGE } from "../image-store.js";
import { renderUpload } from "../pages/index.js";
import type { Call, ServerEnv } from "./call.js";
import { htmlResponse, notFoundPage } from "./responses.js";

/** The reputation needed to upload images (ONE). */
const MINIMUM_REPUTATION = 20;

export function addUploadRoutes(app: Hono<ServerEnv>): void {
  // No fkey check, because clients send none. The login cookie is SameSite, so pages of other sites cannot post here.
  app.post("/upload/image", ({ env: { call } }) => htmlResponse(renderUpload(accept(call))));
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
  if (viewer.reputation < MINIMUM_REPUTATION && !viewer.isModerator) {
    return { error: `You need ${MINIMUM_REPUTATION} reputation to upload images` };
  }
  const file = upload?.file ?? null;
  if (upload?.isTooLarge || (file && file.length > maxImageBytes)) {
    return { error: `The image is too large: the limit is ${maxImageBytes} bytes` };
  }
  const url = params.get("upload-url")?.trim() || null;
  if (!file && url === null) return { error: "There is no image to upload" };
  if (!file && !/^https?:$/.test(URL.parse(url ?? "")?.protocol ?? ""))
    return { error: "That is not the URL of an image" };
  const name = state.images.add(file ?? PLACEHOLDER_IMAGE);
  if (!name) return { error: "Only png, jpeg, gif, bmp and webp images can be uploaded" };
  return { result: place.loopback ? `${place.chatUrl}/i/${name}` : `https://i.sstatic.net/${name}` };
}
