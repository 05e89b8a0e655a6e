import { defineConfig, type ViteUserConfig } from "vitest/config";
import { clientTests, releaseTests, tellingTests } from "./test/client-tests.js";
import { IS_RELEASE } from "./test/sizes.js";

const source = (path: string): string => new URL(`./src/${path}`, import.meta.url).pathname;
/** `npm run test:slow`: the tests of the client alone, with the servers this far away. */
const latency = process.env.CHATEXCHANGE_TEST_LATENCY;

const common: ViteUserConfig["test"] = {
  setupFiles: ["test/only-loopback.mjs", "test/fixed-seed.ts", "test/clean-up.ts", "test/coverage-probe.ts"],
  // A worker loads the client and the server once, not once a file. The probe notes what each file uses.
  isolate: process.env.COVERAGE_FILE !== undefined,
  env: { TZ: "UTC" },
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // The default of one second is not enough for a log-in over a slow network on a busy machine.
  expect: { poll: { timeout: 30_000 } },
};

/**
 * A night of heartbeats, a second at hand, takes minutes far away. One repetition: answers of several sockets come in
 * any order there, and a test that expected one order shows it once in thousands; vitest names the repeated ones.
 */
const far = { ...common, name: "far", testTimeout: 300_000, retry: 1 };
const near = { ...common, name: "near", include: ["src/**/*.test.ts", "test/**/*.test.ts"] };
const release = { ...common, name: "release", testTimeout: 600_000, include: releaseTests() };

/** The tests of this run. */
function projects(): NonNullable<ViteUserConfig["test"]>[] {
  if (IS_RELEASE) return [release];
  if (latency) return [{ ...far, include: clientTests() }];
  // A part of `npm run test:slow`: the tests that break first on a slow network.
  return [near, { ...far, include: tellingTests, env: { ...common?.env, CHATEXCHANGE_TEST_LATENCY: "60" } }];
}

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      { find: /^chatexchange-ts$/, replacement: source("index.ts") },
      { find: /^chatexchange-ts\/(bot|server|testing|protocol)$/, replacement: source("$1/index.ts") },
    ],
  },
  test: {
    globalSetup: "test/global-setup.ts",
    // Tests wait for the network more than they compute; the default would be one worker on two cores.
    // More than two cores need: many tests wait for another program, a browser or a slow network.
    maxWorkers: latency ? 6 : 3,
    projects: projects().map((test) => ({ extends: true, test })),
  },
});
export default config;
