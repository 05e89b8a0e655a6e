/** docs/cli.md, written from the same table as the help. Loaded by the script that writes it, and by its test. */

import { exitMeanings } from "../exit-codes.js";
import type { CommandSpec, FlagSpec } from "./command-spec.js";
import { commonFlags, groups } from "./commands.js";
import { flagText, usageOf } from "./help.js";

/** The whole page. */
export function cliReference(): string {
  const parts = groups.map(([title, commands]) => `## ${title}\n\n${commands.map(section).join("\n")}`);
  return `# The command line

Made by \`npm run cli-docs\` from the table behind \`chatexchange --help\`.

\`\`\`sh
chatexchange serve                                  # a chat of your own, in one terminal
chatexchange tail 1 --follow --local                # read along, in another
chatexchange send 1 hello --local --as Alice        # say something, in a third
\`\`\`

Without an account everything that only reads works. Where a command goes is decided by flags first, then by the environment
(\`CHATEXCHANGE_HOST\`, \`CHATEXCHANGE_EMAIL\`, \`CHATEXCHANGE_PASSWORD\`, \`CHATEXCHANGE_AS\`, \`CHATEXCHANGE_PROFILE\`, and the
original's \`ChatExchangeU\` and \`ChatExchangeP\`), then by what the profile remembers; \`chatexchange config\` shows what is in force
and from where. Files are in the platform's config folder, or in \`CHATEXCHANGE_CONFIG_DIR\`: \`config.json\`, and one session for
each profile and host, with cookies only, readable by you alone.

Results go to stdout, everything else to stderr. Colours are for terminals, and not with \`NO_COLOR\`; \`FORCE_COLOR=1\` asks for them. With
\`--json\` each line is one object whose keys stay; new ones may be added. What other people wrote can't command your terminal:
control characters are shown as signs. Ctrl-C leaves the rooms and ends within a second, a second Ctrl-C at once.

## Exit codes

| code | meaning |
|---:|---|
${exitMeanings.map(([code, meaning]) => `| ${code} | ${meaning} |`).join("\n")}
| 143 | ended by a signal (SIGTERM, SIGHUP) |

An error is one line on stderr that begins with \`chatexchange: \` and says what to do.

## Flags of every command

${flagTable(commonFlags)}

${parts.join("\n\n")}`;
}

function section(command: CommandSpec): string {
  const { name, summary, details = [], flags, examples, json } = command;
  const parts = [
    `### ${name}`,
    `\`chatexchange ${usageOf(command)}${flags.length > 0 ? " [FLAGS]" : ""}\`: ${summary}.`,
    ...details,
    ...(flags.length > 0 ? [flagTable(flags)] : []),
    `\`\`\`sh\n${examples.map(([typed, about]) => `${typed}    # ${about}`).join("\n")}\n\`\`\``,
    ...(json ? [`Keys of \`--json\`: ${json.map((key) => `\`${key}\``).join(", ")}.`] : []),
  ];
  return `${parts.map(withoutTags).join("\n\n")}\n`;
}

function flagTable(flags: readonly FlagSpec[]): string {
  const rows = flags.map((flag) => `| \`${flagText(flag).replaceAll("|", "\\|")}\` | ${flag.about} |`);
  return `| flag | |\n|---|---|\n${rows.join("\n")}`;
}

/** Nothing in the table is meant as HTML. */
function withoutTags(text: string): string {
  return text.startsWith("```") ? text : text.replaceAll("<", "\\<");
}
