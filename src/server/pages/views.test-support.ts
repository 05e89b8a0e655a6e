/** Views for page tests, with hostile names and texts that must be escaped everywhere. */
import type { FrameView, PersonView, RoomView } from "./views.js";

export const EVIL: string = `</script><script>alert(1)</script><img src=x onerror="a()"> "q" 'a' & <!-- \u2028 ♦`;
export const NOW = 1_540_731_767;

const person = (id: number, name: string = EVIL, more: Partial<PersonView> = {}): PersonView => ({
  id,
  name,
  emailHash: `!https://i.example.com/${id}.png?s=128&g=1"><i>`,
  reputation: 15_026,
  isModerator: false,
  isOwner: false,
  lastPost: NOW - 49 * 60,
  lastSeen: NOW - 14,
  about: EVIL,
  parentProfileUrl: `//stackoverflow.com/users/${id}/x`,
  parentSiteName: EVIL,
  ...more,
});
export const me: PersonView = person(4_875_631, "Me & Co", { isOwner: true });
export const mod: PersonView = person(2, "Mod <i>", { isModerator: true });
export const frame: FrameView = {
  siteName: EVIL,
  siteUrl: "https://stackoverflow.com",
  chatHost: "chat.stackoverflow.com",
  loginUrl: "https://stackoverflow.com/users/login?returnurl=x&y=z",
  me,
  fkey: "0123456789abcdef0123456789abcdef",
  activeUsers: 9,
  activeRooms: 10,
  now: NOW,
};

/** A room with only hostile texts. */
export const room: RoomView & { readonly messagesByUser: number } = {
  id: 17,
  name: EVIL,
  description: EVIL,
  descriptionHtml: '<a href="https://example.com">rules</a>',
  tags: ["c#", `x"><script>`],
  access: "gallery",
  frozen: false,
  deleted: false,
  isFavorite: true,
  parentSiteName: EVIL,
  parentSiteUrl: "https://stackoverflow.com",
  messageCount: 1834,
  userCount: 138,
  firstMessageAt: 1_445_212_800,
  lastMessageAt: NOW - 18 * 60,
  lastMessageBy: mod,
  present: [me, { ...mod, messageCount: 18 }],
  messagesByUser: 159,
};
