import { expect, test } from "vitest";
import { referenceNames } from "./reference-names";

test("names are words of a variable, and no two are the same", () => {
  const name = referenceNames();
  expect(name("CHANNEL", ["openai-main"], "CREDENTIAL")).toBe("env:SLUICE_CHANNEL_OPENAI_MAIN_CREDENTIAL");
  expect(name("CHANNEL", ["OpenAI Main!"], "CREDENTIAL")).toBe("env:SLUICE_CHANNEL_OPENAI_MAIN_CREDENTIAL_2");
  expect(name("KEY", ["a", "b_c"], "SECRET")).toBe("env:SLUICE_KEY_A_B_C_SECRET");
  expect(name("KEY", ["a-b", "c"], "SECRET")).toBe("env:SLUICE_KEY_A_B_C_SECRET_2");
  expect(name("USER", ["王芳"], "PASSWORD")).toBe("env:SLUICE_USER_PASSWORD");
  expect(name("USER", ["李娜"], "PASSWORD")).toBe("env:SLUICE_USER_PASSWORD_2");
});
