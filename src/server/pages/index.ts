/**
 * The pages of the local chat server: one function per page, from a view to an HTML string. Written from protocol.md and
 * the recordings, never from this package's parsers, so that tests can catch disagreements between the two.
 */
export { renderCalendar } from "./calendar.js";
export { renderConversation } from "./conversation-page.js";
export { renderFaq } from "./faq-page.js";
export { renderFeed, renderOpenSearch } from "./feeds.js";
export { renderAnybody, renderMiniList, renderTags, renderUpload } from "./fragments.js";
export { renderHistory } from "./history-page.js";
export { renderCaptcha, renderLogin, renderLogout } from "./login-page.js";
export { renderExpiredForm, renderLoginHome, renderLoginNotFound, renderLoginUser } from "./login-site-pages.js";
export { renderError, renderJoinFavorite, renderNotFound, renderPrivateRoom } from "./notices.js";
export { renderProfile } from "./profile-page.js";
export { renderRoomInfo } from "./room-info-page.js";
export { renderRoom } from "./room-page.js";
export { userInfo } from "./room-script.js";
export { renderRooms } from "./rooms-page.js";
export { renderSearch } from "./search-page.js";
export { renderStarsFragment } from "./stars-fragment.js";
export { renderTranscript } from "./transcript-page.js";
export { renderUsers } from "./users-page.js";
