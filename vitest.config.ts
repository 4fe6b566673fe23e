import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  resolve: { alias: { "@test/": `${root}test/`, "@/": `${root}src/` } },
  test: {
    include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.ts", "bench/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: ["node_modules/**", "src/**/*.fuzz.test.ts"],
    globalSetup: ["test/setup/global-setup.ts"],
    // Tests of real clients are concurrent, and wait for the clients' own retries most of the time.
    maxConcurrency: 16,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
