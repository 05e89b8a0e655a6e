/**
 * The pages of the local chat server: one function for each, from a view to a string of HTML. Written from protocol.md
 * and the recordings, never from the parsers of this package, so that a test can catch the two disagreeing.
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
