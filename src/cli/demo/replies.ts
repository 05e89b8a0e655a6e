/** The replies of the demo's bot. */
import type { Message, Room, User } from "../../index.js";

/** The reply to a message. */
export async function replyTo(message: Message, room: Room): Promise<string> {
  const text = (await message.textContent).trim();
  const command = /!(\w+)/.exec(text)?.[1];
  switch (command) {
    case "who": {
      return `Here now: ${await listNames(await room.currentUsers())}.`;
    }
    case "star":
      await message.star();
      return "Starred.";
    case "source":
      return `\`${(await message.contentSource).replaceAll("`", "'").slice(0, 400)}\``;
    default:
      return `Hello ${await (await message.owner)?.name}! You said ${text.length} characters. Try \`!who\`, \`!star\` or \`!source\`.`;
  }
}

/** The names of users, separated by commas. */
export async function listNames(users: readonly User[]): Promise<string> {
  return (await Promise.all(users.map((user) => user.name))).join(", ");
}
