import { expect, test } from "vitest";
import { readWholeList } from "./read-whole-list";

type Row = { readonly id: number; readonly name: string };

/** A list of which each ask gives the next page. */
function pagesOf(...pages: Row[][]) {
  const asks: object[] = [];
  const total = { value: 2, capped: true };
  const read = async (ask: object) => {
    asks.push(ask);
    const items = pages[asks.length - 1] ?? [];
    return { items, nextCursor: asks.length < pages.length ? `c${asks.length}` : null, total, policy: "block" };
  };
  return { asks, read };
}
const row = (id: number, name = `n${id}`): Row => ({ id, name });

test("a list of one page is that page", async () => {
  const { asks, read } = pagesOf([row(1)]);
  expect(await readWholeList(read)).toEqual({
    items: [row(1)],
    nextCursor: null,
    total: { value: 2, capped: true },
    policy: "block",
  });
  expect(asks).toEqual([{ limit: 200 }]);
});

test("all pages become one, which tells how many rows there are", async () => {
  const { asks, read } = pagesOf([row(1), row(2)], [row(3)], [row(4)]);
  expect(await readWholeList(read)).toEqual({
    items: [1, 2, 3, 4].map((id) => row(id)),
    nextCursor: null,
    total: { value: 4, capped: false },
    policy: "block",
  });
  expect(asks).toEqual([{ limit: 200 }, { limit: 200, cursor: "c1" }, { limit: 200, cursor: "c2" }]);
});

test("a row that moved to a later page while pages were read is there once, as it was read last", async () => {
  const { read } = pagesOf([row(1, "a"), row(2)], [row(3), row(1, "z")]);
  expect((await readWholeList(read)).items).toEqual([row(1, "z"), row(2), row(3)]);
});

test("a page that cannot be read makes the list unreadable: no rows are cut in silence", async () => {
  const { read } = pagesOf([row(1)], [row(2)]);
  const broken = (ask: { cursor?: string }) => (ask.cursor === undefined ? read(ask) : Promise.reject(new Error("no")));
  await expect(readWholeList(broken)).rejects.toThrow("no");
});
