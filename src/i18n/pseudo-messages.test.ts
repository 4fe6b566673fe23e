import { expect, test } from "vitest";
import { pseudoMessages } from "./pseudo-messages";

test("every sentence of the pseudo-locale stands in brackets, plain or precompiled", () => {
  const compiled = ["Hello ", ["name"]];
  expect(pseudoMessages({ keys: { title: "Keys", deep: { hello: compiled } } })).toEqual({
    keys: { title: "⟦Keys⟧", deep: { hello: ["⟦", "Hello ", ["name"], "⟧"] } },
  });
});
