import { expect, test } from "vitest";
import type { Accounts } from "@/accounts/create-accounts";
import { accountsOnDemand } from "./accounts-on-demand";

function setUp() {
  const calls: string[] = [];
  let builds = 0;
  const store = {
    setPassword: async () => void calls.push("setPassword"),
    verifyPassword: async () => calls.push("verifyPassword") > 0,
    setIdentity: async () => void calls.push("setIdentity"),
    endSignIns: async () => void calls.push("endSignIns"),
  };
  const accounts: Accounts = {
    handle: async () => new Response(String(calls.push("handle"))),
    current: async () => {
      calls.push("current");
      return null;
    },
    expire: async () => void calls.push("expire"),
    storeFor: () => store,
  };
  const onDemand = accountsOnDemand(async () => {
    builds++;
    return accounts;
  });
  return { calls, onDemand, builds: () => builds };
}

const db = {} as Parameters<Accounts["storeFor"]>[0];

test("sign-in is built with its first use, once", async () => {
  const { calls, onDemand, builds } = setUp();
  const store = onDemand.storeFor(db);
  expect(builds()).toBe(0);
  await Promise.all([onDemand.current(new Headers()), onDemand.expire(1), onDemand.handle(new Request("http://x/"))]);
  await store.setPassword({ id: 1, name: "ada", email: "a@example.com" }, "secret");
  expect(await store.verifyPassword(1, "secret")).toBe(true);
  await store.setIdentity({ id: 1, name: "ada", email: "a@example.com" });
  await store.endSignIns(1);
  expect(builds()).toBe(1);
  expect(calls).toEqual(["current", "expire", "handle", "setPassword", "verifyPassword", "setIdentity", "endSignIns"]);
});
