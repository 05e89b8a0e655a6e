/** What somebody, or a moderator, changes about a person, whatever the room (protocol.md §3.6, §4.2, §5.7). */
import { EventType } from "../../protocol/raw.js";
import { roomsOf } from "./attendance.js";
import { noticeEvent } from "./events.js";
import { refuseTooLong } from "./limits.js";
import { feedsUserId, type UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** Changes what a profile says: one's own, or a moderator any. @throws a {@link Refusal} */
export function setAbout(world: World, target: UserRecord, actor: UserRecord, text: string): void {
  if (target !== actor && !actor.isModerator) {
    throw new Refusal("not-allowed", "You can only change your own profile");
  }
  refuseTooLong("A profile", text.trim(), world.rules.textLimits.about);
  target.about = text.trim();
  world.changes.user(target, "about");
}

/** Whether the browser is to show notifications. */
export function setDesktopNotify(world: World, user: UserRecord, on: boolean): void {
  user.desktopNotify = on;
  world.changes.user(user, "desktopNotify");
}

/** Somebody has seen what pinged them. */
export function acknowledge(world: World, user: UserRecord, messageIds: Iterable<number>): void {
  for (const id of messageIds) if (user.pings.delete(id)) world.changes.user(user, ["pings", id]);
}

/** Suspends somebody from chat for a while; 0 ends that. */
export function suspend(world: World, user: UserRecord, seconds: number): void {
  user.blockedUntil = seconds > 0 ? world.now() + seconds : null;
  world.changes.user(user, "blockedUntil");
}

/** Somebody wants to see less of somebody, or more again; tells their other windows. */
export function setIgnored(world: World, user: UserRecord, targetId: number, ignored: boolean): void {
  if (ignored === user.ignored.has(targetId) || (ignored && !world.users.has(targetId))) return;
  if (ignored) user.ignored.add(targetId);
  else user.ignored.delete(targetId);
  world.changes.user(user, ["ignored", targetId]);
  world.log.append(0, user.id, (id) =>
    noticeEvent(EventType.UserSettingsChanged, { id, now: world.now(), user, targetId: user.id }),
  );
}

/** Gives somebody a new name, and tells the rooms they are in. The event says that `Feeds` did it [OBS]. */
export function renameUser(world: World, user: UserRecord, name: string): void {
  user.name = name;
  world.names.set(user.id, name);
  world.changes.user(user, "name");
  const feeds = world.users.get(feedsUserId) ?? user;
  world.log.together(() => {
    for (const room of roomsOf(world, user.id)) {
      world.log.append(room.id, null, (id) =>
        noticeEvent(EventType.UserNameOrAvatarChanged, { id, now: world.now(), room, user: feeds, targetId: user.id }),
      );
    }
  });
}
