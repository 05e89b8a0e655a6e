/** The page parsers: an HTML string in, a validated value out. Pure: no I/O and no clock. */

// The session: the viewer, the fkey, and error pages.
export { type ChatPage, parseChatPage, parseFkey } from "./chat-page.js";
export { type ErrorPageKind, recognizeErrorAnswer, recognizeErrorPage } from "./error-page.js";
// Messages.
export { type HistoryPage, parseHistoryPage, type Revision, type RevisionKind } from "./history-page.js";
export { type LoginPage, parseLoginPage } from "./login-page.js";
export type { PageAuthor, PageMessage, PageStars } from "./message.js";
// Rooms.
export type { PresentUser } from "./present-users.js";
// Users.
export { type ProfilePage, parseProfilePage } from "./profile-page.js";
export type { Named, RoomAccess } from "./reading.js";
export { clockSeconds, dayStart, secondsAgo, timeOfLabel } from "./relative-time.js";
export { type CardActivity, type CardUser, parseRoomCards, type RoomCard } from "./room-card.js";
export {
  parseRoomAccessPage,
  parseRoomInfoPage,
  type RoomAccessPage,
  type RoomInfoPage,
  type RoomStats,
} from "./room-info-page.js";
export { type MyRoom, type MyRoomMessage, parseRoomPage, type RoomPage, type UnackedMention } from "./room-page.js";
export { parseRoomTabPage, type RoomTab, type RoomTabPage } from "./room-tabs.js";
export { parseRoomsPage, type RoomsPage } from "./rooms-page.js";
export { parseSearchPage, type SearchHit, type SearchPage } from "./search-page.js";
export { parseStarsFragment, type StarredMessage } from "./stars-fragment.js";
export { parseStarsPage, type StarsPage, type StarsPageMessage } from "./stars-page.js";
export {
  type HourPage,
  type HourRange,
  parseTranscriptPage,
  type TranscriptMessage,
  type TranscriptPage,
  type TranscriptViewer,
} from "./transcript-page.js";
export type { UserCard } from "./user-card.js";
export type { PageViewer, Viewing } from "./viewer.js";
