import { defineConfig, type ViteUserConfig } from "vitest/config";
import { clientTests, tellingTests } from "./test/client-tests.js";

const source = (path: string): string => new URL(`./src/${path}`, import.meta.url).pathname;
/** `npm run test:slow`: the tests of the client alone, with the servers this far away. */
const latency = process.env.CHATEXCHANGE_TEST_LATENCY;

const common: ViteUserConfig["test"] = {
  setupFiles: ["test/only-loopback.mjs", "test/fixed-seed.ts", "test/coverage-probe.ts"],
  testTimeout: 20_000,
  hookTimeout: 60_000,
};

/**
 * A night of heartbeats, a second at hand, takes minutes far away. One repetition: answers of several sockets come in
 * any order there, and a test that expected one order shows it once in thousands; vitest names the repeated ones.
 */
const far = { ...common, name: "far", testTimeout: 300_000, retry: 1 };

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      { find: /^chatexchange-ts$/, replacement: source("index.ts") },
      { find: /^chatexchange-ts\/(server|testing|protocol)$/, replacement: source("$1/index.ts") },
    ],
  },
  test: {
    globalSetup: "test/build-once.ts",
    // Tests wait for the network more than they compute; the default would be one worker on two cores.
    maxWorkers: 2,
    projects: latency
      ? [{ extends: true, test: { ...far, include: clientTests() } }]
      : [
          { extends: true, test: { ...common, name: "near", include: ["src/**/*.test.ts", "test/**/*.test.ts"] } },
          // A part of `npm run test:slow`: the tests that break first on a slow network.
          {
            extends: true,
            test: { ...far, include: tellingTests, env: { CHATEXCHANGE_TEST_LATENCY: "60" } },
          },
        ],
  },
});
export default config;
