/** `chatexchange whoami`: prints the logged-in account and its host. */
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { oneLine } from "../output/text.js";

export async function run(context: CliContext): Promise<number> {
  const client = await context.client();
  const me = await client.getMe();
  const [name, reputation, isModerator] = await Promise.all([me.name, me.reputation, me.isModerator]);
  const host = new URL(client.site.chatOrigin).host;
  if (context.json) await context.printJson({ id: me.id, name, host, reputation, isModerator });
  else await context.print(`${context.style("bold", oneLine(name))} (user ${me.id}) on ${host}`);
  return EXIT_CODES.success;
}
