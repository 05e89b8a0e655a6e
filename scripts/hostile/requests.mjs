// Makes the client send each kind of request through public methods; `matches` selects the request to attack.

const all = async (list) => {
  const found = [];
  for await (const one of list) if (found.push(one) >= 30) break;
  return found;
};
const path = (method, pattern, host) => (asked) =>
  asked.method === method && pattern.test(asked.path) && (host === undefined || asked.host === host);
const MAIN = "stackoverflow.com";
const CHAT = "chat.stackoverflow.com";
const isWhoAmI = path("GET", /^\/(?:chats\/join\/favorite.*)?$/, CHAT);
const isLogin = (asked) => /^\/users\/log(?:in|out)/.test(asked.path);
/** Matches all requests after the login. */
const others = (asked) => !isWhoAmI(asked) && !isLogin(asked);

let count = 0;
/** A new text. */
const fresh = () => `hello ${++count}`;

/** The requests by name. The bot owns room `own`, where it and Alice have posted. */
export function askable(stage) {
  const { site, bot, alice, room, known, stranger, client } = stage;
  const [own, tools] = ["Own", "Tools"].map((name) => site.addRoom({ name, owners: [bot] }).id);
  const said = alice.in(room.id).says("something to read **bold**").id;
  const picture = Buffer.from("iVBORw0KGgo=", "base64");
  const mine = () => bot.in(own).says(fresh()).id;
  const with1 = { outbox: { patienceMs: 60_000 } };
  const withRoom = (act, options) => () => act(known({ ...with1, ...options }).getRoom(own));
  /** Owner actions have their own room, so that they do not evict users elsewhere. */
  const withTools = (act) => () => act(known(with1).getRoom(tools));
  /** Listens with a limit after which it gives up. */
  const listening = () =>
    known({ stream: { giveUpMs: 900_000 } })
      .getRoom(1)
      .watch(() => {}).ready;
  const withMessage = (act) => () => act(known(with1).getMessage(mine()));
  /** Ends a separate login, because the other requests share one. */
  const loggedOut = async (one) => {
    await one.login();
    await one.logout({ endLogin: true });
  };
  const other = (run, matches = others) => ({ run, matches });
  return {
    "login page": { run: () => stranger().login(), matches: path("GET", /^\/users\/login/, MAIN) },
    "login form": { run: () => stranger().login(), matches: path("POST", /^\/users\/login/, MAIN) },
    "chat page": { run: () => known().login(), matches: isWhoAmI },
    "chat page of nobody": other(() => client().getRoom(1).history({ limit: 5 }).next(), isWhoAmI),
    "logout page": other(() => loggedOut(stranger()), path("GET", /^\/users\/logout/)),
    "logout form": other(() => loggedOut(stranger()), path("POST", /^\/users\/logout/)),
    post: other(
      withRoom((place) => place.sendMessage(fresh())),
      path("POST", /\/messages\/new/),
    ),
    "post and all else": other(withRoom((place) => place.sendMessage(fresh()))),
    edit: other(withMessage((message) => message.edit(fresh()))),
    delete: other(withMessage((message) => message.delete())),
    star: other(() => known(with1).getMessage(alice.in(own).says(fresh()).id).star()),
    pin: other(withMessage((message) => message.pin())),
    "move messages": other(withMessage((message) => message.moveTo(1))),
    "upload of a picture": other(() => known(with1).uploadImage(picture)),
    "room's name": other(() => client().getRoom(1).name),
    "room's owners": other(() => client().getRoom(1).owners),
    "room's people": other(() => known().getRoom(1).currentUsers()),
    "pingable users": other(() => known().getRoom(1).pingableUsers()),
    "access list": other(() => known().getRoom(own).accessList()),
    history: other(() => all(known().getRoom(1).history({ limit: 20 }))),
    transcript: other(() => all(known().getRoom(1).transcript(new Date(stage.clock.now()).toISOString().slice(0, 10)))),
    "starred messages": other(() => known().getRoom(1).starred()),
    "source of a message": other(() => client().getMessage(said).contentSource),
    "content of a message": other(() => client().getMessage(said).content),
    "stars of a message": other(() => client().getMessage(said).stars),
    "history of a message": other(() => known().getMessage(said).history()),
    "user's name": other(() => client().getUser(alice.id).name),
    "user's about": other(() => client().getUser(alice.id).about),
    "list of rooms": other(() => all(known().rooms())),
    "search of users": other(() => all(known().searchUsers("Al"))),
    "search of messages": other(() => all(known().searchMessages("something"))),
    "ignored users": other(() => known().ignoredUsers()),
    ignore: other(() => known(with1).getUser(alice.id).ignore()),
    favorite: other(withRoom((place) => place.favorite())),
    kick: other(withTools((place) => place.kick(alice.id))),
    "set access": other(withTools((place) => place.setAccess(alice.id, "read-write"))),
    invite: other(withTools((place) => place.invite(alice.id))),
    timeout: other(withTools((place) => place.timeout(5, "quiet"))),
    "room update": other(withTools((place) => place.update({ description: fresh() }))),
    "new room": other(() => known(with1).createRoom({ name: `Room ${fresh()}`, description: "made in a test" })),
    join: other(withRoom((place) => place.join())),
    leave: other(
      withRoom(async (place) => {
        await place.join().catch(() => {});
        await place.leave();
      }),
      path("POST", /leave/),
    ),
    "socket's address": other(listening, path("POST", /^\/ws-auth/)),
    listening: other(listening),
  };
}

/** Runs every request once without an attack, because one that fails anyway would prove nothing. */
export function unharmed(stage, requests) {
  return Object.entries(requests).map(([name, request]) => ({
    name: `${name}: unharmed`,
    async run() {
      let isAsked = false;
      stage.strike = (asked) => {
        isAsked ||= request.matches(asked);
        return null;
      };
      const value = await stage.settle(request.run()).catch((error) => {
        throw new Error(`fails without an attack: ${error}`);
      });
      if (!isAsked) throw new Error("no matching request was sent");
      return value;
    },
  }));
}
