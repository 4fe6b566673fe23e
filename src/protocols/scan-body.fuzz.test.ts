import { expect, inject, test } from "vitest";
import { caseAt, checkCase } from "./scan-body.contract";

declare module "vitest" {
  interface ProvidedContext {
    fuzz: { cases: number; seed: number };
  }
}

const { cases, seed } = inject("fuzz");

test(`${cases} mutated bodies from seed ${seed} agree with JSON.parse`, () => {
  for (let index = seed; index < seed + cases; index++) {
    const bytes = caseAt(index);
    try {
      checkCase(bytes);
    } catch (error) {
      expect.fail(`case ${index}: ${Buffer.from(bytes).toString("base64")}: ${String(error)}`);
    }
  }
});
