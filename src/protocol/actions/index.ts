export { authorizeSocket, leaveRoom, pollEvents, type RoomEvents, type RoomEventsOptions, roomEvents } from "./live.js";
export {
  cancelStars,
  deleteMessage,
  editMessage,
  messageHtml,
  messageSource,
  type Posted,
  postMessage,
  removePins,
  togglePin,
  toggleStar,
} from "./messages.js";
export { historyPage, messagePage, profilePage, roomInfoPage, roomPage } from "./pages.js";
export {
  avatarUrl,
  type PingableUser,
  pingableUsers,
  roomThumbs,
  searchUsers,
  tagNames,
  type UserHit,
  userInfo,
  userThumbs,
} from "./people.js";
