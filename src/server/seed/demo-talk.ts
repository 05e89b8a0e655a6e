/** The users, rooms and messages of the demo world, as plain data. */
import type { RoomAccess } from "../world/records.js";

export type DemoName = "alice" | "bob" | "carol" | "morgan" | "bot";

interface DemoPerson {
  readonly key: DemoName;
  readonly id: number;
  readonly name: string;
  readonly reputation: number;
  readonly about: string;
  readonly isModerator?: boolean;
  readonly memberForDays: number;
}

interface DemoRoom {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly access: RoomAccess;
  readonly owner: DemoName;
}

/** One message, with its later edit, deletion, stars and pin. */
export interface DemoLine {
  readonly room: number;
  readonly minutesAgo: number;
  readonly who: DemoName;
  readonly text: string;
  /** A key that `replyTo` of a later line can refer to. */
  readonly key?: string;
  readonly replyTo?: string;
  readonly editedTo?: string;
  readonly deleted?: boolean;
  readonly starredBy?: readonly DemoName[];
  readonly pinnedBy?: DemoName;
}

export const DEMO_PEOPLE: readonly DemoPerson[] = [
  {
    key: "alice",
    id: 1001,
    name: "Alice",
    reputation: 12_480,
    about: "Owner of the Sandbox. Ask me about room rules.",
    memberForDays: 2900,
  },
  {
    key: "bob",
    id: 1002,
    name: "Bob Baker",
    reputation: 1_337,
    about: "Breaks bots for a living.",
    memberForDays: 1200,
  },
  {
    key: "carol",
    id: 1003,
    name: "Carol Müller",
    reputation: 421,
    about: "Learning TypeScript, one strict flag at a time.",
    memberForDays: 300,
  },
  {
    key: "morgan",
    id: 1004,
    name: "Morgan",
    reputation: 54_321,
    about: "Moderator. Be nice.",
    isModerator: true,
    memberForDays: 4000,
  },
  {
    key: "bot",
    id: 1005,
    name: "Demo Bot",
    reputation: 101,
    about: "A bot account for your own experiments.",
    memberForDays: 30,
  },
];

export const DEMO_ROOMS: readonly DemoRoom[] = [
  {
    id: 5,
    name: "Bot Workshop",
    description: "Building chat bots, mostly on purpose. See https://github.com/ for code.",
    tags: ["bots", "typescript"],
    access: "public",
    owner: "bob",
  },
  {
    id: 6,
    name: "Reading Room",
    description: "Everybody may read here; ask an owner if you want to talk.",
    tags: ["books"],
    access: "gallery",
    owner: "carol",
  },
  { id: 7, name: "Owners' Corner", description: "For room owners only.", tags: [], access: "private", owner: "alice" },
  {
    id: 9,
    name: "Old Hackathon",
    description: "Over and done with.",
    tags: ["archive"],
    access: "public",
    owner: "bob",
  },
];

const SANDBOX_LINES: readonly DemoLine[] = [
  {
    room: 1,
    minutesAgo: 2870,
    who: "alice",
    text: "Good morning, and welcome to the Sandbox. Try things here; nobody minds.",
    key: "welcome",
    starredBy: ["bob", "carol", "morgan"],
    pinnedBy: "alice",
  },
  {
    room: 1,
    minutesAgo: 2866,
    who: "bob",
    text: "Morning! Is **bold** still bold and `code` still code?",
    key: "bold",
  },
  { room: 1, minutesAgo: 2865, who: "alice", text: "Both work, and so does ---crossing out---.", replyTo: "bold" },
  { room: 1, minutesAgo: 2852, who: "carol", text: "@Bob how do I post several lines of code?", key: "how" },
  { room: 1, minutesAgo: 2850, who: "bob", text: "Indent every line by four spaces:", replyTo: "how" },
  {
    room: 1,
    minutesAgo: 2849,
    who: "bob",
    text: '    for await (const message of room.newMessages()) {\n      if (message.textContent === "ping") await message.reply("pong");\n    }',
    starredBy: ["carol"],
  },
  { room: 1, minutesAgo: 2840, who: "carol", text: "Thats neat, thank you.", editedTo: "That's neat, thank you." },
  { room: 1, minutesAgo: 2838, who: "carol", text: "wrong window", deleted: true },
  {
    room: 1,
    minutesAgo: 1500,
    who: "morgan",
    text: "A reminder: [the FAQ](https://meta.stackexchange.com/help) says what chat is for.",
    key: "faq",
  },
  {
    room: 1,
    minutesAgo: 1490,
    who: "bob",
    text: "A quote, for the record:\n> Simple things should be simple, complex things should be possible.",
  },
  { room: 1, minutesAgo: 1440, who: "alice", text: "Tags work too: [tag:typescript] and [tag:bots]." },
  {
    room: 1,
    minutesAgo: 65,
    who: "bot",
    text: "Hello, I am a bot. Say *ping* and I will… do nothing, until somebody writes me.",
    key: "bot",
  },
  { room: 1, minutesAgo: 62, who: "carol", text: "ping", replyTo: "bot" },
  {
    room: 1,
    minutesAgo: 20,
    who: "alice",
    text: "Somebody should write that bot. `npm install chatexchange-ts` is a start.",
    starredBy: ["bob", "morgan"],
  },
];

const WORKSHOP_LINES: readonly DemoLine[] = [
  { room: 5, minutesAgo: 2700, who: "bob", text: "What does your bot do when the socket drops?", key: "drop" },
  {
    room: 5,
    minutesAgo: 2695,
    who: "carol",
    text: "It cries quietly and reconnects.",
    replyTo: "drop",
    starredBy: ["alice", "bob"],
  },
  { room: 5, minutesAgo: 2690, who: "morgan", text: "And resumes from its cursor, I hope." },
  {
    room: 5,
    minutesAgo: 1450,
    who: "alice",
    text: "The protocol is odd but honest:\nthe counter `t` is an event id,\nnot a clock.",
  },
  {
    room: 5,
    minutesAgo: 1445,
    who: "bob",
    text: "https://github.com/Manishearth/ChatExchange/wiki/Chat-Exchange-protocol-notes-and-other-things",
  },
  { room: 5, minutesAgo: 90, who: "carol", text: "@DemoBot are you alive?", key: "alive" },
  { room: 5, minutesAgo: 88, who: "bot", text: "Define alive.", replyTo: "alive", starredBy: ["carol"] },
];

const OTHER_LINES: readonly DemoLine[] = [
  { room: 6, minutesAgo: 1300, who: "carol", text: "This week: *The Mythical Man-Month*, chapter 2." },
  { room: 6, minutesAgo: 1290, who: "morgan", text: "Nine people can't make a bot in a day." },
  { room: 7, minutesAgo: 1200, who: "alice", text: "Nothing secret here, but it is private all the same." },
  { room: 9, minutesAgo: 2879, who: "bob", text: "That was fun. See you next year!" },
];

export const DEMO_LINES: readonly DemoLine[] = [...SANDBOX_LINES, ...WORKSHOP_LINES, ...OTHER_LINES];
