import { expect, test } from "vitest";
import { environmentSettings } from "./environment-settings";

test("what the environment leaves open is fixed by no variable", () => {
  const open = environmentSettings({ publicUrl: null, modelGroupLimits: null, failOpen: null });
  expect(open).toEqual({ values: {}, variables: {} });
});

test("a variable fixes its setting, also to false", () => {
  const env = { publicUrl: "https://llm.example.com", modelGroupLimits: false, failOpen: true };
  expect(environmentSettings(env)).toEqual({
    values: env,
    variables: {
      publicUrl: "SLUICE_PUBLIC_URL",
      modelGroupLimits: "ENABLE_MODEL_RATE_LIMIT",
      failOpen: "MODEL_RATE_LIMIT_FAIL_OPEN",
    },
  });
});
