/** What the demo's bot answers to people. */
import type { Message, Room, User } from "../../index.js";

/** An answer to a message. */
export async function answerTo(message: Message, room: Room): Promise<string> {
  const text = (await message.textContent).trim();
  const command = /!(\w+)/.exec(text)?.[1];
  switch (command) {
    case "who": {
      return `Here are: ${await namesOf(await room.currentUsers())}.`;
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

/** Their names, as a list to read. */
export async function namesOf(users: readonly User[]): Promise<string> {
  return (await Promise.all(users.map((user) => user.name))).join(", ");
}
