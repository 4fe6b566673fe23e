import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

/** `npm run fuzz`: long seeded runs that are no part of `npm test`. `FUZZ_CASES` and `FUZZ_SEED` widen or repeat a run. */
export default defineConfig({
  resolve: { alias: { "@test/": `${root}test/`, "@/": `${root}src/` } },
  test: {
    include: ["src/**/*.fuzz.test.ts"],
    testTimeout: 3_600_000,
    provide: {
      fuzz: { cases: Number(process.env.FUZZ_CASES ?? 5_000_000), seed: Number(process.env.FUZZ_SEED ?? 20_261_121) },
    },
  },
});
