/** Account actions outside rooms: images, the ignore list, and mentions that are read. */
import type { ObjectContext } from "../objects/context.js";
import type { Message } from "../objects/message.js";
import type { User } from "../objects/user.js";
import { acknowledgeMessages, ignoreList, uploadImage } from "../protocol/actions/account.js";
import type { FilePart } from "../protocol/call.js";
import { resolveId } from "../protocol/ids.js";
import { repeatSafely } from "../sending/actions.js";
import type { ActionOptions } from "../sending/options.js";
import type { RequestOptions } from "../util/options.js";
import { pictureOf } from "./picture.js";

export function upload(
  { actions, session }: ObjectContext,
  picture: Uint8Array | FilePart | string,
  options: ActionOptions,
): Promise<string> {
  const attempt = async (signal: AbortSignal): Promise<string> =>
    session.call(uploadImage(pictureOf(picture)), { signal });
  return actions.perform({ tried: "upload an image", attempt }, options);
}

export function ignoredUsers({ actions, identity, session }: ObjectContext, options: RequestOptions): Promise<User[]> {
  return actions.track(async () => {
    await actions.login("read the ignore list");
    const ids = await session.call(ignoreList(), options);
    return ids.map((id) => identity.user(id));
  });
}

export function acknowledge(
  { actions, client, session }: ObjectContext,
  messages: readonly (Message | number)[],
  options: ActionOptions,
): Promise<void> {
  const attempt = async (signal: AbortSignal): Promise<void> => {
    const ids = messages.map((message) => resolveId(client.site, "message", message));
    if (ids.length > 0) await session.call(acknowledgeMessages(ids), { signal });
  };
  return actions.perform({ tried: "acknowledge mentions", attempt, lookUp: repeatSafely }, options);
}
