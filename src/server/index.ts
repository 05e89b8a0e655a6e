/** `chatexchange-ts/server`: a chat server on your own machine, to develop and test against. */
export { ChatServer } from "./chat-server.js";
export { Faults, type PlannedAnswer, type Slowness } from "./faults.js";
export type { BadPacking } from "./http/packing.js";
export type { Delay } from "./latency.js";
export type { ChatServerOptions, TlsFiles } from "./options.js";
export type { ProxyAnswer } from "./proxy-answer.js";
export type { LoggedRequest } from "./request-log.js";
export { type EventQuery, LocalSite, type NewServerRoom, type NewServerUser } from "./script/local-site.js";
export type { MessageId, ServerEvent, ServerMessage } from "./script/server-message.js";
export { ServerRoom } from "./script/server-room.js";
export { ServerUser } from "./script/server-user.js";
export { type RoomName, UserInRoom } from "./script/user-in-room.js";
export type { NewHistory, ServerHistory } from "./seed/history-options.js";
export { requiredPauseMs } from "./throttle.js";
export type { RoomChange } from "./world/membership.js";
export type { AccessLevel, Revision, RoomAccess } from "./world/records.js";
export { Refusal, type RefusalRule } from "./world/refusal.js";
export type { NewRoom, NewUser } from "./world/world.js";
