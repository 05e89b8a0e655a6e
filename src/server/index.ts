/** `chatexchange-ts/server`: a chat server on your own machine, to develop and test against. */
export { ChatServer } from "./chat-server.js";
export { Faults, type PlannedAnswer } from "./faults.js";
export { type EventQuery, LocalSite, type NewServerRoom, type NewServerUser } from "./local-site.js";
export type { ChatServerOptions, TlsFiles } from "./options.js";
export type { LoggedRequest } from "./request-log.js";
export type { NewHistory, ServerHistory } from "./seed/history-options.js";
export type { MessageId, ServerEvent, ServerMessage } from "./server-message.js";
export { ServerRoom } from "./server-room.js";
export { ServerUser } from "./server-user.js";
export { requiredPauseMs } from "./throttle.js";
export { type RoomName, UserInRoom } from "./user-in-room.js";
export type { RoomChange } from "./world/membership.js";
export type { AccessLevel, Revision, RoomAccess } from "./world/records.js";
export { Refusal, type RefusalRule } from "./world/refusal.js";
export type { NewRoom, NewUser } from "./world/world.js";
