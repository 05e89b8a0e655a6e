// Compares what a room's listener was told with what happened there.

/** Types about messages, as the servers number them. */
const posted = 1;
/** A room's list shows so many of its latest messages. */
const listSize = 500;

/**
 * The differences: `{ kind, text, at, fault }`, where `at` is a place in `record.told` for the context.
 * Kinds: lost, doubled, out of order, wrong (of gaps and of what is delivered in their stead).
 */
export function compareRoom(record) {
  const problems = [];
  const problem = (kind, text, at, fault) => problems.push({ kind, text: `room ${record.roomId}: ${text}`, at, fault });
  const gaps = [];
  const told = new Set();
  const posts = new Map();
  for (const { id, type, messageId } of record.happened.values()) {
    if (type === posted) posts.set(messageId, id);
  }
  let newest = 0;
  let current = null;
  for (const [at, item] of record.told.entries()) {
    const { id, fault } = item;
    if (item.gap) {
      current = { ...item.gap, at, fault, stood: new Set() };
      gaps.push(current);
      judgeGap(current, newest, (text) => problem("wrong", text, at, fault));
      newest = Math.max(newest, item.gap.to);
    } else if (id === null) {
      judgeStandIn(item, current, record, posts, (kind, text) => problem(kind, text, at, fault));
    } else if (!record.happened.has(id)) {
      problem("wrong", `event ${id} never happened here`, at, fault);
    } else if (told.has(id)) {
      problem("doubled", `event ${id} was told twice`, at, fault);
    } else if (gaps.some(({ from, to }) => id >= from && id <= to)) {
      problem("wrong", `event ${id} was told though a gap has it as lost`, at, fault);
    } else {
      if (id < newest) problem("out of order", `event ${id} was told after ${newest}`, at, fault);
      newest = Math.max(newest, id);
    }
    if (id !== null) told.add(id);
  }
  for (const [id, event] of record.happened) {
    if (told.has(id) || gaps.some(({ from, to }) => id >= from && id <= to)) continue;
    const at = record.told.findIndex((item) => (item.id ?? item.gap?.to ?? 0) > id);
    problem("lost", `event ${id} (type ${event.type}) was never told`, at < 0 ? record.told.length : at, event.fault);
  }
  for (const gap of gaps) judgeStoodIn(gap, record, posts, problem);
  return { problems, gaps };
}

/** A gap must begin behind everything told, and its beginning must have left the server's memory. */
function judgeGap({ from, to, oldestCursor }, newest, wrong) {
  if (from > to) wrong(`the gap ${from} to ${to} is no range`);
  else if (from <= newest) wrong(`the gap ${from} to ${to} begins before ${newest}, which was told`);
  else if (from - 1 >= oldestCursor)
    wrong(`the gap ${from} to ${to} was not needed: the log reached back to ${oldestCursor}`);
}

/** What lists tell after a gap must have happened in it, and not be told twice. */
function judgeStandIn({ type, messageId }, gap, record, posts, problem) {
  const name = `message ${messageId} (type ${type}, from a list)`;
  if (!gap) return problem("wrong", `${name} without a gap`);
  const key = `${type} ${messageId}`;
  if (gap.stood.has(key)) return problem("doubled", `${name} was told twice`);
  gap.stood.add(key);
  const inGap = (event) => event.id >= gap.from && event.id <= gap.to;
  if (type === posted) {
    const id = posts.get(messageId);
    if (id === undefined || id < gap.from) problem("doubled", `${name} was posted before the gap`);
    else if (id > gap.to) problem("wrong", `${name} was posted after the gap`);
    return undefined;
  }
  const happened = [...record.happened.values()].some(
    (event) => event.messageId === messageId && event.type === type && inGap(event),
  );
  if (!happened) problem("wrong", `${name} did not happen in the gap ${gap.from} to ${gap.to}`);
  return undefined;
}

/**
 * Posts in a gap that the list of the room still showed at its end must have been told from it; but a bot that has heard
 * nothing since its restart can't know which of them are new.
 */
function judgeStoodIn(gap, record, posts, problem) {
  if (gap.isFresh) return;
  const deleted = new Set();
  for (const { id, type, messageId } of record.happened.values()) {
    if (type === 10 && id <= gap.to) deleted.add(messageId);
  }
  const listed = [...posts].filter(([, id]) => id <= gap.to).slice(-listSize);
  for (const [messageId, id] of listed) {
    if (id < gap.from || deleted.has(messageId) || gap.stood.has(`${posted} ${messageId}`)) continue;
    problem(
      "lost",
      `message ${messageId}, posted in the gap ${gap.from} to ${gap.to}, was not told from the list`,
      gap.at,
      gap.fault,
    );
  }
}

/** A few lines around a place in what was told, for people who look for the reason. */
export function contextOf(record, at) {
  return record.told
    .slice(Math.max(0, at - 4), at + 4)
    .map(({ id, type, messageId, gap }) =>
      gap ? `gap ${gap.from}-${gap.to}` : `${id ?? "list"}:t${type}${messageId ? `:m${messageId}` : ""}`,
    )
    .join("  ");
}
