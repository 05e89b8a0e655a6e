import { defineConfig, type ViteUserConfig } from "vitest/config";

const source = (path: string): string => new URL(`./src/${path}`, import.meta.url).pathname;

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      { find: /^chatexchange-ts$/, replacement: source("index.ts") },
      { find: /^chatexchange-ts\/(server|testing|protocol)$/, replacement: source("$1/index.ts") },
    ],
  },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: "test/build-once.ts",
    setupFiles: ["test/only-loopback.mjs", "test/fixed-seed.ts", "test/coverage-probe.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
export default config;
