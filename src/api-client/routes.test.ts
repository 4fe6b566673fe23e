import { expect, test } from "vitest";
import { OPERATIONS } from "@/operations/registry";
import { ROUTES } from "./routes";

test("the client knows every operation by the method and path of the registry", () => {
  const registered = OPERATIONS.map(({ name, method, path }) => [name, `${method} ${path}`]);
  expect(ROUTES).toEqual(Object.fromEntries(registered));
});
