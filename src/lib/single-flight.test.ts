import { expect, test } from "vitest";
import { createSingleFlight } from "./single-flight";

test("who asks while a task runs shares its result; the next one runs again", async () => {
  const flights = createSingleFlight<number>();
  let runs = 0;
  const task = async () => ++runs;
  expect(await Promise.all([flights.run("a", task), flights.run("a", task), flights.run("b", task)])).toEqual([
    1, 1, 2,
  ]);
  expect(await flights.run("a", task)).toBe(3);
  expect(flights.running).toBe(0);
});

test("a failure is shared and forgotten", async () => {
  const flights = createSingleFlight<number>();
  const fail = () => Promise.reject(new Error("no"));
  const results = await Promise.allSettled([flights.run("a", fail), flights.run("a", fail)]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(flights.has("a")).toBe(false);
  expect(await flights.run("a", async () => 1)).toBe(1);
});

test("nobody joins a forgotten task, and its end does not disturb its successor", async () => {
  const flights = createSingleFlight<string>();
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const old = flights.run("a", () => first.promise);
  flights.forget();
  const fresh = flights.run("a", () => second.promise);
  expect(flights.running).toBe(2);
  first.resolve("old");
  expect(await old).toBe("old");
  expect(flights.has("a")).toBe(true);
  second.resolve("new");
  expect(await fresh).toBe("new");
});
