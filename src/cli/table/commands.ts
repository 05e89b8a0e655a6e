/** The one table of commands: plain data, and nothing imported, so that `--help` starts at once. */
import type { CommandSpec, FlagSpec } from "./command-spec.js";

/** Flags that every command takes. */
export const commonFlags: readonly FlagSpec[] = [
  {
    name: "site",
    value: "SITE",
    about: "se, so, meta, a chat host, or the http://127.0.0.1:… address of a local server",
  },
  { name: "local", about: "the local server that `chatexchange serve` runs, or a fresh one for this command" },
  { name: "as", value: "NAME", about: "who to be on a local server, such as Alice" },
  { name: "profile", value: "NAME", about: "under which name target and session are remembered (default: default)" },
  { name: "json", about: "one JSON object for each line" },
  { name: "verbose", short: "v", about: "say on stderr what goes on behind the scenes" },
  { name: "help", short: "h", about: "what the command does, with examples" },
];

const limit: FlagSpec = { name: "limit", short: "n", value: "N", about: "how many at most" };
const formats = ["text", "markdown", "html", "json"] as const;

const session: readonly CommandSpec[] = [
  {
    name: "login",
    arguments: [],
    summary: "log in and remember the session",
    details: [
      "Asks for email and password, or takes them from CHATEXCHANGE_EMAIL and CHATEXCHANGE_PASSWORD. Only cookies are kept, in a file that nobody else can read; the password never is.",
      "Where the site wants a CAPTCHA, log in with a browser and give its cookies: --cookies asks for them, or reads them from stdin.",
      "The site becomes the target of the profile, so later commands need no --site.",
    ],
    flags: [
      { name: "email", value: "EMAIL", about: "the email of the account" },
      { name: "password-stdin", about: "read the password from stdin" },
      { name: "cookies", about: 'paste the cookies of a browser, such as "acct=…; prov=…" or a JSON export' },
    ],
    examples: [
      ["chatexchange login --site so", "asks for email and password of Stack Overflow"],
      ["chatexchange login --cookies < cookies.txt", "logs in with the cookies of a browser"],
      ["chatexchange login --local --as Alice", "becomes Alice on the local server from now on"],
    ],
    json: ["id", "name", "host"],
  },
  {
    name: "logout",
    arguments: [],
    summary: "end the session",
    details: [
      "Ends the login at the site and deletes the stored cookies. A browser that shares these cookies is logged out, too.",
    ],
    flags: [{ name: "forget", about: "only delete the cookies here; the site is not told" }],
    examples: [["chatexchange logout --site so", "ends the session at Stack Overflow"]],
    json: ["host", "removed"],
  },
  {
    name: "whoami",
    arguments: [],
    summary: "who you are, and where",
    flags: [],
    examples: [["chatexchange whoami", "for example: Alice (user 1001) on chat.stackexchange.com"]],
    json: ["id", "name", "host", "reputation", "isModerator"],
  },
  {
    name: "config",
    arguments: [
      { name: "KEY", optional: true, choices: ["site", "as", "email"] },
      { name: "VALUE", optional: true },
    ],
    summary: "show what is in force and from where, or remember a value",
    details: [
      "Flags beat the environment (CHATEXCHANGE_HOST, CHATEXCHANGE_EMAIL, CHATEXCHANGE_PASSWORD, CHATEXCHANGE_AS, CHATEXCHANGE_PROFILE, CHATEXCHANGE_CONFIG_DIR; ChatExchangeU and ChatExchangeP, too), and that beats the config file. Secrets are never shown.",
      'With KEY and VALUE it remembers the value for the profile; an empty VALUE ("") forgets it.',
    ],
    flags: [],
    examples: [
      ["chatexchange config", "shows everything"],
      ["chatexchange config site so", "makes Stack Overflow the target of the profile"],
    ],
    json: ["key", "value", "source"],
  },
];

const looking: readonly CommandSpec[] = [
  {
    name: "rooms",
    arguments: [{ name: "FILTER", optional: true }],
    summary: "list the rooms, or those with a text in their names",
    flags: [{ ...limit, about: "how many at most (default: 50; 0 for all)" }],
    examples: [["chatexchange rooms typescript", "rooms with typescript in name or description"]],
    json: ["id", "name", "description", "access", "frozen"],
  },
  {
    name: "room",
    arguments: [{ name: "ID" }],
    summary: "what a room is about",
    flags: [],
    examples: [["chatexchange room 1 --json", "everything that is known about room 1"]],
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
    summary: "who is in a room now",
    flags: [],
    examples: [["chatexchange users 1", "the people in room 1"]],
    json: ["id", "name"],
  },
  {
    name: "user",
    arguments: [{ name: "ID" }],
    summary: "what a user's profile says",
    flags: [],
    examples: [["chatexchange user 1001", "the profile of user 1001"]],
    json: ["id", "name", "about", "reputation", "isModerator", "messageCount", "roomCount", "profile"],
  },
  {
    name: "search",
    arguments: [{ name: "TEXT", many: true }],
    summary: "find messages",
    flags: [
      { name: "room", value: "ID", about: "only in this room" },
      { name: "user", value: "ID", about: "only by this user" },
      { ...limit, about: "how many at most (default: 20; 0 for all)" },
    ],
    examples: [["chatexchange search type error --room 1", "messages of room 1 with these words"]],
    json: ["id", "roomId", "userId", "user", "text", "content", "stars", "edited", "permalink"],
  },
  {
    name: "history",
    arguments: [{ name: "MESSAGE" }],
    summary: "the revisions of a message",
    flags: [],
    examples: [["chatexchange history 12345", "what message 12345 said, and every change"]],
    json: ["kind", "source", "time", "userId", "user"],
  },
  {
    name: "tail",
    arguments: [{ name: "ROOM", many: true }],
    summary: "the latest messages, and with --follow those to come",
    details: [
      "Following loses and repeats nothing: a broken connection is resumed where it broke, and what can't be fetched any more is said. With --state FILE the next run goes on where this one ended, at least once: nothing is lost as long as the reader lives, and after a kill the last lines may come twice with the same eventId (lines of the past, which have none, with the same id). One run at a time uses a FILE. How the connection is stands on stderr, on a terminal or with --verbose.",
      "JSON lines have a type: message (of the past and of now), edited, deleted, starred, moved-out and moved-in (with movedById, movedBy: who moved it), entered, left, room-changed, gap (with from, to, kind, reason), event. Times are ISO 8601 in UTC.",
    ],
    flags: [
      { name: "follow", short: "f", about: "go on with what happens from now on, until Ctrl-C" },
      {
        name: "since",
        value: "WHEN",
        about: "from 30s, 10m, 2h, 3d ago, a date, or a message id (default: the last 20)",
      },
      { ...limit, about: "how many messages of the past at most (default: 20; with --since all)" },
      { name: "quiet", short: "q", about: "leave out who comes and goes" },
      { name: "state", value: "FILE", about: "remember in FILE how far it got, and go on there the next time" },
    ],
    examples: [
      ["chatexchange tail 1 --follow", "reads along in room 1"],
      ["chatexchange tail 1 11540 --since 2h", "the last two hours of two rooms"],
      ["chatexchange tail 1 -f --json --state tail.state | ./my-program", "feeds a program, at least once"],
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
    summary: "download what was said, by days",
    details: [
      "Days are in UTC. With --out an interrupted download goes on where it stopped when the same command is run again: FILE.part holds what is there, FILE.part.json how far it is, and FILE appears when it is whole. One run at a time writes to a FILE.",
      "Requests are made one after the other, with a pause after each 500 messages and each day.",
    ],
    flags: [
      { name: "day", value: "DAY", about: "one day, such as 2024-02-29, today or yesterday" },
      { name: "from", value: "DAY", about: "the first day (default: the room's first)" },
      { name: "to", value: "DAY", about: "the last day (default: today)" },
      {
        name: "format",
        value: "FORMAT",
        choices: formats,
        about: "how to write it (default: by the end of FILE, else text)",
      },
      { name: "out", short: "o", value: "FILE", about: "where to write it (default: stdout)" },
      { name: "force", about: "replace FILE when it is there" },
      { name: "pause", value: "MS", about: "milliseconds between requests (default: 500; 0 for a local server)" },
    ],
    examples: [
      ["chatexchange transcript 1 --day 2024-02-29", "one day, to the terminal"],
      ["chatexchange transcript 1 --from 2024-01-01 --to 2024-12-31 --out 2024.html", "a year as a web page"],
      ["chatexchange transcript 1 --format json --out room1.jsonl", "everything, for a program"],
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

const acting: readonly CommandSpec[] = [
  {
    name: "send",
    arguments: [{ name: "ROOM" }, { name: "TEXT", many: true }],
    summary: "say something; prints the message's id and address",
    details: [
      'With "-" for TEXT it reads stdin. Text of several lines is one message, without markup, as in the browser.',
    ],
    flags: [
      { name: "reply-to", value: "MESSAGE", about: "answer a message" },
      {
        name: "split",
        value: "HOW",
        choices: ["words", "lines"],
        about: "say a text that is too long in several messages",
      },
      { name: "fixed", about: "in fixed-width font, as for code" },
    ],
    examples: [
      ["chatexchange send 1 hello there", 'says "hello there" in room 1'],
      ["make test 2>&1 | tail -20 | chatexchange send 1 - --fixed", "says the output of a program"],
      ["chatexchange send 1 --reply-to 12345 'I agree'", "answers message 12345"],
    ],
    json: ["id", "roomId", "permalink"],
  },
  {
    name: "edit",
    arguments: [{ name: "MESSAGE" }, { name: "TEXT", many: true }],
    summary: "change what you said, within about two minutes",
    flags: [{ name: "fixed", about: "in fixed-width font, as for code" }],
    examples: [["chatexchange edit 12345 'hello, world'", "changes message 12345; - reads stdin"]],
    json: ["id", "permalink"],
  },
  {
    name: "delete",
    arguments: [{ name: "MESSAGE", many: true }],
    summary: "take back what you said, within about two minutes",
    flags: [],
    examples: [["chatexchange delete 12345", "deletes message 12345"]],
    json: ["id", "permalink"],
  },
  {
    name: "star",
    arguments: [{ name: "MESSAGE", many: true }],
    summary: "star messages",
    details: ["Saying it twice changes nothing."],
    flags: [{ name: "off", about: "take your star back" }],
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

const tools: readonly CommandSpec[] = [
  {
    name: "repl",
    arguments: [],
    summary: "JavaScript with a client, rooms and messages at hand",
    flags: [],
    examples: [["chatexchange repl --local --as Alice", "tries things on the local server"]],
  },
  {
    name: "serve",
    arguments: [],
    summary: "run a local chat server",
    details: [
      "Listens on this machine only. Prints addresses and accounts; commands with --local find it by themselves.",
    ],
    flags: [
      { name: "port", value: "N", about: "port of the first site, the others follow (default: 8070; 0 for any)" },
      { name: "data", value: "FILE", about: "keep the world in FILE, so that it is there after a restart" },
      { name: "seed", value: "WORLD", choices: ["demo", "empty"], about: "the world to begin with (default: demo)" },
      {
        name: "throttle",
        value: "ON",
        choices: ["on", "off"],
        about: "refuse who writes too fast, as the sites do (default: on)",
      },
    ],
    examples: [
      ["chatexchange serve", "a chat with people in it, at http://127.0.0.1:8070"],
      ["chatexchange serve --seed empty --data my.journal", "an empty one that lasts"],
    ],
    json: ["url", "host"],
  },
  {
    name: "demo",
    arguments: [],
    summary: "watch a bot and a person in a local chat",
    flags: [
      { name: "keep", about: "stay up, for your browser" },
      { name: "port", value: "N", about: "port of the server (default: any)" },
    ],
    examples: [["chatexchange demo --keep", "then open the address it prints"]],
  },
  {
    name: "doctor",
    arguments: [],
    summary: "find out what is wrong with the set-up",
    details: [
      "With --record FILE it also writes what the site answered into FILE, a cassette, for a bug report: names, texts and secrets are replaced before they reach the disk. docs/reporting.md says what is in it and where to send it.",
    ],
    flags: [
      { name: "record", value: "FILE", about: "record what the site answers into FILE, which must not be there" },
    ],
    examples: [
      ["chatexchange doctor", "checks settings, session, and the way to the site"],
      ["chatexchange doctor --record report.cassette", "also records it, for a bug report"],
    ],
  },
  {
    name: "cassette",
    arguments: [{ name: "FILE" }],
    summary: "look at a recording before you share it",
    flags: [{ name: "full", about: "also show the bodies of answers, and the frames" }],
    examples: [
      ["chatexchange cassette report.cassette", "what was asked, what was answered, what was replaced"],
      ["chatexchange cassette report.cassette --full | less", "everything that is in it"],
    ],
    json: ["host", "by", "began", "requests", "sockets", "frames", "whole", "replaced"],
  },
  {
    name: "completion",
    arguments: [{ name: "SHELL", choices: ["bash", "zsh", "fish"] }],
    summary: "print the completion script for a shell",
    flags: [],
    examples: [
      ['eval "$(chatexchange completion bash)"', "in ~/.bashrc; for zsh the same in ~/.zshrc"],
      ["chatexchange completion fish | source", "in ~/.config/fish/config.fish"],
    ],
  },
];

/** The commands in groups, as the help shows them. */
export const groups: readonly (readonly [title: string, commands: readonly CommandSpec[]])[] = [
  ["Session", session],
  ["Reading", looking],
  ["Talking", acting],
  ["Tools", tools],
];

/** Every command. */
export const commands: readonly CommandSpec[] = groups.flatMap(([, members]) => members);

/** The command of this name. */
export function commandOf(name: string): CommandSpec | undefined {
  return commands.find((command) => command.name === name);
}
