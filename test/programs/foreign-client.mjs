// The npm package `chatexchange`, as it was published, going through everything it offers; prints what it saw as JSON.
// The other people of the room answer what it says: see foreign-client.test.ts.
import foreign from "chatexchange";

const { default: Client, ChatEventType } = foreign;
const [host, email, password, ...ids] = process.argv.slice(2);
const [roomId, messageId, oldId, aliceId] = ids.map(Number);
const report = {};

/** The value of a promise, or the sentence of its failure. */
const outcome = (promise) => Promise.resolve(promise).catch((error) => `${error.constructor.name}: ${error.message}`);

report.wrongPassword = await outcome(new Client(host).login(email, "not the password"));
const client = new Client(host);
const jar = await client.login(email, password);
report.cookies = [...new Set(JSON.parse(jar).cookies.map(({ key }) => key))].sort();
report.fkey = await client.fkey;

const me = await client.getMe();
report.me = {};
for (const name of [
  "name",
  "about",
  "isModerator",
  "messageCount",
  "roomCount",
  "reputation",
  "lastSeen",
  "lastMessage",
])
  report.me[name] = await outcome(me[name]);
report.me.id = me.id;
report.me.parent = await outcome(me.parent);
report.aliceName = await client.getUser(aliceId).name;
report.nobody = await outcome(client.getUser(99_999_999).name);

const said = client.getMessage(messageId);
report.said = { roomId: await said.roomId, content: await said.content, author: await (await said.user).name };
report.said.parent = await outcome(said.parent());

// Its events come one by one, in the order they arrive.
const room = client.getRoom(roomId);
report.transcript = room.transcriptURL;
report.joined = await room.join();
const events = [];
let wake = () => {};
room.on("message", (event) => {
  events.push(event);
  wake();
});
await room.watch();
async function next(type) {
  for (;;) {
    const index = events.findIndex((event) => event.eventType === type);
    if (index >= 0) return events.splice(index, 1)[0];
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
}
report.users = (await room.listUsers()).map(({ id }) => id).sort((a, b) => a - b);

const hello = await room.sendMessage("hello from *afar* & back");
const own = await next(ChatEventType.MESSAGE_POSTED);
report.own = { isMine: own.id === hello.id && own.userId === me.id, content: await own.content, name: own.userName };
report.sameRoom = (await own.room) === room;
// Alice answers the greeting with a true reply.
const answer = await next(ChatEventType.MESSAGE_REPLIED);
report.answer = { content: await answer.content, userId: answer.userId, targetUserId: answer.targetUserId };
report.answer.parentMessageId = await answer.parentMessageId;
report.answer.time = typeof answer.timeStamp;
const reply = await answer.reply("thank you");
report.reply = { parentId: await reply.parentMessageId, content: await client.getMessage(reply.id).content };
// Alice edits, stars, deletes.
report.edited = await (await next(ChatEventType.MESSAGE_EDITED)).content;
report.starred = (await next(ChatEventType.STARS_CHANGED)).id === hello.id;
report.deletedByAlice = (await next(ChatEventType.MESSAGE_DELETED)).userId;

report.deleted = [
  await room.delete(hello),
  await client.delete(hello.id),
  await client.delete(said),
  await client.delete(oldId),
];
const doubled = await room.sendMessage("thrice").then(() => room.sendMessage("thrice"));
report.doubledId = doubled.id;
report.tooLong = await outcome(room.sendMessage("x".repeat(501)));
report.broadcast = [...(await client.broadcast("to everybody"))];

// Its socket is dropped, and it comes back by itself, from the cursor it joined with: it gets everything again.
await room.sendMessage("drop my socket");
let replayed = await next(ChatEventType.MESSAGE_POSTED);
while (replayed.id !== hello.id) replayed = await next(ChatEventType.MESSAGE_POSTED);
report.replayed = await replayed.content;

// Ignored types and blocked people do not get through to its listeners.
room.ignore(ChatEventType.MESSAGE_DELETED);
room.block(aliceId);
report.blocked = [room.isIgnored(ChatEventType.MESSAGE_DELETED), room.isBlocked(aliceId)];
report.rooms = client.getRoomsAsArray().map(({ id }) => id);

const closed = new Promise((resolve) => room.once("close", resolve));
report.left = await room.leave();
await closed;
report.leftAll = await client.leaveAll();

const again = new Client(host);
report.badCookies = await outcome(again.loginCookie(""));
await again.loginCookie(jar);
report.again = (await again.getMe()).id;
report.logout = await outcome(client.logout());
report.afterLogout = await outcome(client.getMe().then(({ id }) => id));
console.log(JSON.stringify(report));
