// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type DataColumn, DataTable } from "./data-table";

type Item = { id: number; name: string; used: number | null };
const items: readonly Item[] = [
  { id: 1, name: "key 10", used: 5 },
  { id: 2, name: "key 9", used: null },
  { id: 3, name: "Ärger", used: 40 },
];
const columns: readonly DataColumn<Item>[] = [
  {
    id: "name",
    header: "Name",
    card: "title",
    sortBy: (item) => item.name,
    cell: (item) => <a href="#x">{item.name}</a>,
  },
  { id: "used", header: "Used", align: "end", sortBy: (item) => item.used, cell: (item) => item.used ?? "–" },
  { id: "more", header: "More", hideHeader: true, cell: () => <button type="button">{"do"}</button> },
];

const names = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getByRole("link").textContent);

function show(sort: string | null, given: { onSort?: (sort: string) => void; onOpen?: (item: Item) => void } = {}) {
  renderScreen(
    <DataTable
      caption="Things"
      columns={columns}
      items={items}
      onSort={given.onSort ?? (() => undefined)}
      rowId={(item) => String(item.id)}
      sort={sort}
      {...(given.onOpen === undefined ? {} : { onOpen: given.onOpen })}
    />,
  );
}

test("without an order the rows stand as they came", () => {
  show(null);
  expect(names()).toEqual(["key 10", "key 9", "Ärger"]);
});

test("names are sorted as people read them, numbers by value, and nothing comes last", () => {
  show("name");
  expect(names()).toEqual(["Ärger", "key 9", "key 10"]);
});

test.each([
  ["used", ["key 10", "Ärger", "key 9"]],
  ["-used", ["Ärger", "key 10", "key 9"]],
])("sorted by %s, a row without a value comes last", (sort, order) => {
  show(sort);
  expect(names()).toEqual(order);
});

test("the head tells the order to screen readers and asks for the other one", () => {
  const onSort = vi.fn();
  show("name", { onSort });
  expect(screen.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("ascending");
  fireEvent.click(screen.getByRole("button", { name: "Name" }));
  expect(onSort).toHaveBeenLastCalledWith("-name");
  fireEvent.click(screen.getByRole("button", { name: "Used" }));
  expect(onSort.mock.lastCall?.[0]).toMatch(/^-?used$/);
});

test("a click beside the controls of a row opens it; a click on a control does not", () => {
  const onOpen = vi.fn();
  show(null, { onOpen });
  const [, first] = screen.getAllByRole("row");
  if (first === undefined) throw new Error("no row");
  fireEvent.click(within(first).getByRole("button"));
  expect(onOpen).not.toHaveBeenCalled();
  fireEvent.click(within(first).getByText("5"));
  expect(onOpen).toHaveBeenCalledWith(items[0]);
});
