/** `chatexchange-ts/server`: a chat server on your own machine, to develop and test against. */
export { ChatServer } from "./chat-server.js";
export { Faults, type PlannedAnswer } from "./faults.js";
export { LocalSite, type NewServerUser, type ServerEvent } from "./local-site.js";
export type { ChatServerOptions, TlsFiles } from "./options.js";
export type { LoggedRequest } from "./request-log.js";
export { ServerRoom } from "./server-room.js";
export { type ServerMessage, ServerUser, UserInRoom } from "./server-user.js";
export { requiredPauseMs } from "./throttle.js";
export type { AccessLevel, RoomAccess } from "./world/records.js";
export { Refusal, type RefusalRule } from "./world/refusal.js";
