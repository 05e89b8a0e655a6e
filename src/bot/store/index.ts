export { type CheckedStore, withSchema } from "./checked-store.js";
export { type ExpiringOptions, expiring } from "./expiring-store.js";
export { type MemoryStoreOptions, memoryStore } from "./memory-store.js";
export { scoped } from "./scoped-store.js";
export { type OpenStoreOptions, openStore } from "./sqlite-store.js";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./standard-schema.js";
export type { Json, Store } from "./store.js";
