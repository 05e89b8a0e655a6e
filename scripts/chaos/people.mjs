// The users of a site. They post, reply, mention, edit, delete, star, enter and leave, at random and within the server's rules.

const ACTION_WEIGHTS = { say: 62, edit: 10, delete: 4, star: 12, enter: 4, leave: 4, rename: 1 };

/** The number of latest messages that users still edit, delete, star or reply to. */
const MAX_RECENT = 40;

export class People {
  #random;
  #rooms;
  #users;
  #bot;
  #recent = [];
  #count = 0;

  constructor(site, rooms, bot, random) {
    this.#rooms = rooms;
    this.#bot = bot;
    this.#random = random;
    this.#users = ["Alice", "Bruno", "Chen", "Dagny"].map((name) => site.user(name));
  }

  /** Runs a random action of a random user; refused actions are skipped. */
  act() {
    const deed = this.#random.weighted(ACTION_WEIGHTS);
    const user = this.#random.pick(this.#users);
    const roomId = this.#random.pick(this.#rooms);
    const recent = this.#recent.length > 0 ? this.#random.pick(this.#recent) : undefined;
    try {
      this.#do(deed, user.in(roomId), roomId, recent);
    } catch (error) {
      if (error?.name !== "Refusal" && error?.constructor?.name !== "Refusal") throw error;
    }
  }

  /** Posts a message of a random user in this room. */
  says(roomId) {
    this.#say(this.#random.pick(this.#users).in(roomId), roomId, undefined);
  }

  #do(deed, here, roomId, recent) {
    if (deed === "say") this.#say(here, roomId, recent);
    else if (deed === "enter") here.enters();
    else if (deed === "leave") here.leaves();
    else if (deed === "rename") this.#users[0].in(roomId).updates({ description: `about ${++this.#count}` });
    else if (recent && deed === "edit") recent.author.in(recent.roomId).edits(recent.id, `edited ${++this.#count}`);
    else if (recent && deed === "delete") recent.author.in(recent.roomId).deletes(recent.id);
    else if (recent && deed === "star") this.#other(recent.author).in(recent.roomId).stars(recent.id);
  }

  #say(here, roomId, recent) {
    const kind = this.#random.next();
    const mention = kind < 0.06 ? `@${this.#bot.name} ` : kind < 0.1 ? `@${this.#users[1].name} ` : "";
    const reply = kind > 0.9 && recent?.roomId === roomId ? { replyTo: recent.id } : {};
    const said = here.says(`${mention}word ${++this.#count}`, reply);
    const author = this.#users.find(({ id }) => id === said.userId);
    this.#recent.push({ id: said.id, roomId, author });
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
  }

  #other(user) {
    return this.#random.pick(this.#users.filter(({ id }) => id !== user.id));
  }
}
