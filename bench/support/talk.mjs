// The talk of people in a room, as events of a chat server: most of it is for other people, some of it for a bot.

const FIRST_MESSAGE = 44_402_000;
/** Later than the start of any reader: a bot treats older messages as said while it was away. */
const TIME = Math.floor(Date.now() / 1_000) + 3_600;

/** Contents as the server sends them; those that begin with a name are replies. */
const CONTENTS = [
  "yes",
  "I would not do that without a backup",
  "@Person3 it works here with the newest version, what does it print?",
  "that&#39;s what the documentation says, but nobody has tried it since",
  "has anyone seen this before?",
  "@Person7 thanks!",
  'see <a href="https://stackoverflow.com/questions/11227809/" rel="nofollow noopener noreferrer">why is it faster to process a sorted array</a>',
  "I have a list of a few thousand lines, and each of them takes about a second, so it runs for the better part of an hour before it says anything",
  "@Person12 did you restart it? It won&#39;t read the file again by itself",
  "ok",
  "use <code>Array.from</code> there, <i>not</i> the constructor",
  "lunch, back in half an hour",
  "somebody should write that down",
  "@Person1 &quot;undefined is not a function&quot; has been my week so far",
  "it depends on the size: below a hundred nobody notices",
  "<b>please</b> read the rules of the room first, they are in the description",
  "!important in a style sheet is always a smell, though",
  "@Person5 I don&#39;t think so, ask in the other room",
  "what time is it over there anyway? it&#39;s past midnight here",
  "good night everybody, and thanks for all the answers today",
];
const EDITED = "I would not do that without two backups";

/**
 * The event of the message of a number, without ids of events and rooms.
 * @param people - how many people speak, in turn
 * @param commandEvery - each message of so many is a command
 */
export function talk(n, { people, commandEvery }) {
  const said = { event_type: 1, time_stamp: TIME, user_id: 200_001 + (n % people), user_name: `Person ${n % people}` };
  const message = { ...said, message_id: FIRST_MESSAGE + n };
  if ((n + 1) % commandEvery === 0) return { ...message, content: `!!command${n % 199} number ${n + 1}` };
  // One in fifty is the edit of a message a bit before.
  if (n % 50 === 20)
    return { ...message, event_type: 2, message_id: FIRST_MESSAGE + n - 19, content: EDITED, message_edits: 1 };
  const content = CONTENTS[n % CONTENTS.length];
  return content.startsWith("@")
    ? { ...message, content, parent_id: FIRST_MESSAGE + n - 3, show_parent: true }
    : { ...message, content };
}
