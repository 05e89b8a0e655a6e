// The files that each mutation run changes, and the tests that it runs. Only tests that run in the process itself fit: a
// program that a test starts runs the built package, which has no mutants.

const PURE_SENDING = ["account-throttle", "lanes", "backoff"];
const PURE_LIVE = ["sequencer", "backlog", "progress", "message-memory"];
const STORAGE = ["line-checksum", "json-lines", "line-log", "atomic-file", "plain-file", "failures", "compaction"];

const filesOf = (layer, names) => names.map((name) => `src/${layer}/${name}.ts`);

/** The layers by the name that `npm run mutation -- NAME` takes. Paths are globs from the root. */
export const LAYERS = {
  storage: { mutate: filesOf("storage", STORAGE), tests: ["src/storage/*.test.ts", "test/state-keys.test.ts"] },
  sending: { mutate: filesOf("sending", PURE_SENDING), tests: ["src/sending/*.test.ts"] },
  live: { mutate: filesOf("live", PURE_LIVE), tests: ["src/live/*.test.ts"] },
  protocol: {
    mutate: ["src/protocol/*.ts", "src/protocol/html/*.ts", "src/protocol/markup/*.ts"],
    tests: ["src/protocol/**/*.test.ts"],
  },
};
