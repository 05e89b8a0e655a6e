/** The table of commands: plain data, so that `--help` starts fast. */
import type { CommandSpec, FlagSpec } from "./command-spec.js";
import { TOOL_COMMANDS } from "./tool-commands.js";

/** Flags of every command. */
export const COMMON_FLAGS: readonly FlagSpec[] = [
  {
    name: "site",
    value: "SITE",
    about: "se, so, meta, a chat host, or the http://127.0.0.1:… URL of a local server",
  },
  { name: "local", about: "use the local server of `chatexchange serve`, or a temporary one" },
  { name: "as", value: "NAME", about: "the user to log in as on a local server, such as Alice" },
  { name: "profile", value: "NAME", about: "the profile that stores the target and the session (default: default)" },
  { name: "json", about: "print one JSON object per line" },
  { name: "verbose", short: "v", about: "log to stderr" },
  { name: "help", short: "h", about: "show help with examples" },
];

const LIMIT_FLAG: FlagSpec = { name: "limit", short: "n", value: "N", about: "maximum number of results" };
const FORMATS = ["text", "markdown", "html", "json"] as const;

const SESSION_COMMANDS: readonly CommandSpec[] = [
  {
    name: "login",
    arguments: [],
    summary: "log in and store the session",
    details: [
      "Prompts for email and password, or takes them from CHATEXCHANGE_EMAIL and CHATEXCHANGE_PASSWORD. Stores only cookies, in a private file, and never the password.",
      "If the site requires a CAPTCHA, log in with a browser and pass its cookies: --cookies prompts for them, or reads them from stdin.",
      "The site becomes the target of the profile, so that later commands need no --site.",
    ],
    flags: [
      { name: "email", value: "EMAIL", about: "email of the account" },
      { name: "password-stdin", about: "read the password from stdin" },
      { name: "cookies", about: 'log in with the cookies of a browser, such as "acct=…; prov=…" or a JSON export' },
    ],
    examples: [
      ["chatexchange login --site so", "prompts for email and password"],
      ["chatexchange login --cookies < cookies.txt", "logs in with the cookies of a browser"],
      ["chatexchange login --local --as Alice", "logs in as Alice on the local server"],
    ],
    json: ["id", "name", "host"],
  },
  {
    name: "logout",
    arguments: [],
    summary: "end the session",
    details: [
      "Ends the login at the site and deletes the stored cookies. A browser that uses the same cookies is logged out as well.",
    ],
    flags: [{ name: "forget", about: "only delete the stored cookies, without ending the login at the site" }],
    examples: [["chatexchange logout --site so", "ends the session at Stack Overflow"]],
    json: ["host", "removed"],
  },
  {
    name: "whoami",
    arguments: [],
    summary: "show the logged-in account",
    flags: [],
    examples: [["chatexchange whoami", "prints, for example, Alice (user 1001) on chat.stackexchange.com"]],
    json: ["id", "name", "host", "reputation", "isModerator"],
  },
  {
    name: "config",
    arguments: [
      { name: "KEY", optional: true, choices: ["site", "as", "email"] },
      { name: "VALUE", optional: true },
    ],
    summary: "show the settings and their sources, or store one",
    details: [
      "Flags override the environment (CHATEXCHANGE_HOST, CHATEXCHANGE_EMAIL, CHATEXCHANGE_PASSWORD, CHATEXCHANGE_AS, CHATEXCHANGE_PROFILE, CHATEXCHANGE_CONFIG_DIR, and also ChatExchangeU and ChatExchangeP), which overrides the config file. Secrets are never shown.",
      'With KEY and VALUE, stores the value in the profile; an empty VALUE ("") removes it.',
    ],
    flags: [],
    examples: [
      ["chatexchange config", "shows all settings"],
      ["chatexchange config site so", "makes Stack Overflow the target of the profile"],
    ],
    json: ["key", "value", "source"],
  },
];

const READING_COMMANDS: readonly CommandSpec[] = [
  {
    name: "rooms",
    arguments: [{ name: "FILTER", optional: true }],
    summary: "list rooms, optionally filtered by name",
    flags: [{ ...LIMIT_FLAG, about: "maximum number of rooms (default: 50; 0 for all)" }],
    examples: [["chatexchange rooms typescript", "lists the rooms that match typescript"]],
    json: ["id", "name", "description", "access", "frozen"],
  },
  {
    name: "room",
    arguments: [{ name: "ID" }],
    summary: "show the facts about a room",
    flags: [],
    examples: [["chatexchange room 1 --json", "prints everything about room 1 as JSON"]],
    json: [
      "id",
      "name",
      "description",
      "tags",
      "owners",
      "access",
      "frozen",
      "messageCount",
      "userCount",
      "parentSite",
    ],
  },
  {
    name: "users",
    arguments: [{ name: "ROOM" }],
    summary: "list the users in a room",
    flags: [],
    examples: [["chatexchange users 1", "lists the users in room 1"]],
    json: ["id", "name"],
  },
  {
    name: "user",
    arguments: [{ name: "ID" }],
    summary: "show a user's profile",
    flags: [],
    examples: [["chatexchange user 1001", "shows the profile of user 1001"]],
    json: ["id", "name", "about", "reputation", "isModerator", "messageCount", "roomCount", "profile"],
  },
  {
    name: "search",
    arguments: [{ name: "TEXT", many: true }],
    summary: "search messages",
    flags: [
      { name: "room", value: "ID", about: "only in this room" },
      { name: "user", value: "ID", about: "only by this user" },
      { ...LIMIT_FLAG, about: "maximum number of messages (default: 20; 0 for all)" },
    ],
    examples: [["chatexchange search type error --room 1", "searches room 1 for these words"]],
    json: ["id", "roomId", "userId", "user", "text", "content", "stars", "edited", "permalink"],
  },
  {
    name: "history",
    arguments: [{ name: "MESSAGE" }],
    summary: "show the revisions of a message",
    flags: [],
    examples: [["chatexchange history 12345", "shows the original text and every edit"]],
    json: ["kind", "source", "time", "userId", "user"],
  },
  {
    name: "tail",
    arguments: [{ name: "ROOM", many: true }],
    summary: "print the latest messages, and with --follow new ones",
    details: [
      "Following neither loses nor repeats events: after a lost connection it resumes, and it reports events that cannot be recovered. With --state FILE the next run resumes where this one ended, with at-least-once delivery: as long as the reader lives nothing is lost, and after a kill the last lines may be repeated with the same eventId (lines of past messages, which have none, with the same id). Only one run at a time can use FILE. The state of the connection is shown on stderr, on a terminal or with --verbose.",
      "JSON lines have a type: message (past or new), edited, deleted, starred, moved-out and moved-in (with movedById and movedBy, the user who moved it), entered, left, room-changed, gap (with from, to, kind, reason), or event. Times are ISO 8601 in UTC.",
    ],
    flags: [
      { name: "follow", short: "f", about: "print new events until Ctrl-C" },
      {
        name: "since",
        value: "WHEN",
        about: "start 30s, 10m, 2h or 3d ago, at a date, or at a message id (default: the last 20 messages)",
      },
      { ...LIMIT_FLAG, about: "maximum number of past messages (default: 20; all with --since)" },
      { name: "quiet", short: "q", about: "omit users entering and leaving" },
      { name: "state", value: "FILE", about: "store the position in FILE, and resume there the next time" },
    ],
    examples: [
      ["chatexchange tail 1 --follow", "follows room 1"],
      ["chatexchange tail 1 11540 --since 2h", "prints the last two hours of two rooms"],
      [
        "chatexchange tail 1 -f --json --state tail.state | ./my-program",
        "feeds a program, with at-least-once delivery",
      ],
    ],
    json: [
      "type",
      "id",
      "eventId",
      "roomId",
      "room",
      "userId",
      "user",
      "time",
      "text",
      "content",
      "parentId",
      "edits",
      "stars",
      "pins",
      "deleted",
    ],
  },
  {
    name: "transcript",
    arguments: [{ name: "ROOM" }],
    summary: "download the transcript of a room",
    details: [
      "Days are in UTC. With --out an interrupted download resumes when the same command is run again: FILE.part holds the partial download, FILE.part.json its position, and FILE appears when it is complete. Only one run at a time can write to FILE.",
      "Makes one request at a time, with a pause after every 500 messages and every day.",
    ],
    flags: [
      { name: "day", value: "DAY", about: "one day, such as 2024-02-29, today or yesterday" },
      { name: "from", value: "DAY", about: "the first day (default: the room's first)" },
      { name: "to", value: "DAY", about: "the last day (default: today)" },
      {
        name: "format",
        value: "FORMAT",
        choices: FORMATS,
        about: "output format (default: by the extension of FILE, else text)",
      },
      { name: "out", short: "o", value: "FILE", about: "output file (default: stdout)" },
      { name: "force", about: "overwrite FILE if it exists" },
      { name: "pause", value: "MS", about: "milliseconds between requests (default: 500; 0 for a local server)" },
    ],
    examples: [
      ["chatexchange transcript 1 --day 2024-02-29", "prints one day"],
      ["chatexchange transcript 1 --from 2024-01-01 --to 2024-12-31 --out 2024.html", "saves a year as a web page"],
      ["chatexchange transcript 1 --format json --out room1.jsonl", "saves everything for a program"],
    ],
    json: [
      "id",
      "time",
      "timeStamp",
      "userId",
      "user",
      "text",
      "content",
      "parentId",
      "edits",
      "stars",
      "pins",
      "deleted",
      "permalink",
    ],
  },
];

const WRITING_COMMANDS: readonly CommandSpec[] = [
  {
    name: "send",
    arguments: [{ name: "ROOM" }, { name: "TEXT", many: true }],
    summary: "post a message and print its id and URL",
    details: [
      'If TEXT is "-", reads stdin. A text with several lines is one message without markup, as in the browser.',
    ],
    flags: [
      { name: "reply-to", value: "MESSAGE", about: "reply to a message" },
      {
        name: "split",
        value: "HOW",
        choices: ["words", "lines"],
        about: "split a text that is too long into several messages",
      },
      { name: "fixed", about: "use a fixed-width font, as for code" },
    ],
    examples: [
      ["chatexchange send 1 hello there", 'posts "hello there" in room 1'],
      ["make test 2>&1 | tail -20 | chatexchange send 1 - --fixed", "posts the output of a program"],
      ["chatexchange send 1 --reply-to 12345 'I agree'", "replies to message 12345"],
    ],
    json: ["id", "roomId", "permalink"],
  },
  {
    name: "edit",
    arguments: [{ name: "MESSAGE" }, { name: "TEXT", many: true }],
    summary: "edit a message, within about two minutes",
    flags: [{ name: "fixed", about: "use a fixed-width font, as for code" }],
    examples: [["chatexchange edit 12345 'hello, world'", "edits message 12345; use - to read stdin"]],
    json: ["id", "permalink"],
  },
  {
    name: "delete",
    arguments: [{ name: "MESSAGE", many: true }],
    summary: "delete messages, within about two minutes",
    flags: [],
    examples: [["chatexchange delete 12345", "deletes message 12345"]],
    json: ["id", "permalink"],
  },
  {
    name: "star",
    arguments: [{ name: "MESSAGE", many: true }],
    summary: "star messages",
    details: ["Saying it twice changes nothing."],
    flags: [{ name: "off", about: "remove your star" }],
    examples: [["chatexchange star 12345", "stars message 12345"]],
    json: ["id", "permalink"],
  },
  {
    name: "pin",
    arguments: [{ name: "MESSAGE", many: true }],
    summary: "pin messages; for room owners",
    details: ["Saying it twice changes nothing."],
    flags: [{ name: "off", about: "unpin" }],
    examples: [["chatexchange pin 12345 --off", "unpins message 12345"]],
    json: ["id", "permalink"],
  },
];

/** The commands in groups, as the help lists them. */
export const COMMAND_GROUPS: readonly (readonly [title: string, commands: readonly CommandSpec[]])[] = [
  ["Session", SESSION_COMMANDS],
  ["Reading", READING_COMMANDS],
  ["Writing", WRITING_COMMANDS],
  ["Tools", TOOL_COMMANDS],
];

/** Every command. */
export const commands: readonly CommandSpec[] = COMMAND_GROUPS.flatMap(([, members]) => members);

/** The command of this name. */
export function commandOf(name: string): CommandSpec | undefined {
  return commands.find((command) => command.name === name);
}
