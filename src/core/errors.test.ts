import { expect, test } from "vitest";
import { AppError, toAppError } from "./errors";

test("a fault of ours keeps its stack, a refusal has none", () => {
  expect(new AppError("internal_error").stack).toContain("errors.test");
  expect(new AppError("model_not_found").stack).not.toContain("errors.test");
  expect(new Error("another").stack).toContain("errors.test");
});

test("what is no error of ours becomes an internal error with the value as its cause", () => {
  const cause = new TypeError("x");
  expect(toAppError(cause)).toMatchObject({ code: "internal_error", status: 500, cause });
  const own = new AppError("key_expired");
  expect(toAppError(own)).toBe(own);
});
