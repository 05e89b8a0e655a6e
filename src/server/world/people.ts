/** Changes of a user's own data, by the user or a moderator (protocol.md §3.6, §4.2, §5.7). */
import { EventType } from "../../protocol/raw.js";
import { roomsOf } from "./attendance.js";
import { noticeEvent } from "./events.js";
import { checkLength } from "./limits.js";
import { FEEDS_USER_ID, type UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** Sets the "about" text of the actor's own profile or, as a moderator, of any. @throws a {@link Refusal} */
export function setAbout(world: World, target: UserRecord, actor: UserRecord, text: string): void {
  if (target !== actor && !actor.isModerator) {
    throw new Refusal("not-allowed", "You can only change your own profile");
  }
  checkLength("A profile", text.trim(), world.rules.textLimits.about);
  target.about = text.trim();
  world.changes.user(target, "about");
}

/** Sets whether the browser shows notifications. */
export function setDesktopNotify(world: World, user: UserRecord, on: boolean): void {
  user.desktopNotify = on;
  world.changes.user(user, "desktopNotify");
}

/** Acknowledges pings of a user. */
export function acknowledge(world: World, user: UserRecord, messageIds: Iterable<number>): void {
  for (const id of messageIds) if (user.pings.delete(id)) world.changes.user(user, ["pings", id]);
}

/** Suspends a user from chat for some seconds; 0 ends the suspension. */
export function suspend(world: World, user: UserRecord, seconds: number): void {
  user.blockedUntil = seconds > 0 ? world.now() + seconds : null;
  world.changes.user(user, "blockedUntil");
}

/** Adds a user to someone's ignore list, or removes them. Emits an event to the owner of the list only. */
export function setIgnored(world: World, user: UserRecord, targetId: number, ignored: boolean): void {
  if (ignored === user.ignored.has(targetId) || (ignored && !world.users.has(targetId))) return;
  if (ignored) user.ignored.add(targetId);
  else user.ignored.delete(targetId);
  world.changes.user(user, ["ignored", targetId]);
  world.log.append(0, user.id, (id) =>
    noticeEvent(EventType.UserSettingsChanged, { id, now: world.now(), user, targetId: user.id }),
  );
}

/** Renames a user and emits an event in their rooms. The actor of the event is `Feeds` [OBS]. */
export function renameUser(world: World, user: UserRecord, name: string): void {
  user.name = name;
  world.names.set(user.id, name);
  world.changes.user(user, "name");
  const feeds = world.users.get(FEEDS_USER_ID) ?? user;
  world.log.batch(() => {
    for (const room of roomsOf(world, user.id)) {
      world.log.append(room.id, null, (id) =>
        noticeEvent(EventType.UserNameOrAvatarChanged, { id, now: world.now(), room, user: feeds, targetId: user.id }),
      );
    }
  });
}
