// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StateView, type StateViewProps, type ViewQuery } from "./state-view";

beforeEach(() => void vi.useFakeTimers({ now: Date.parse("2026-01-01T12:00:00Z") }));
afterEach(() => void vi.useRealTimers());

type List = { items: string[] };
const query = (given: Partial<ViewQuery<List>>): ViewQuery<List> => ({
  data: undefined,
  error: null,
  isFetching: false,
  dataUpdatedAt: Date.parse("2026-01-01T11:59:46Z"),
  refetch: vi.fn(),
  ...given,
});
const problem = (code: string) => Object.assign(new Error(code), { code, requestId: "req_1" });

function show(given: Partial<ViewQuery<List>>, empty?: Partial<NonNullable<StateViewProps<List>["empty"]>>) {
  const all = {
    when: (list: List) => list.items.length === 0,
    nothing: <p>{"nothing yet"}</p>,
    isFiltered: false,
    onClearFilters: vi.fn(),
    ...empty,
  };
  const made = query(given);
  renderScreen(
    <StateView empty={all} query={made} skeleton={<p>{"skeleton"}</p>}>
      {(list) => <p>{list.items.join()}</p>}
    </StateView>,
  );
  return { query: made, empty: all };
}

test("before the first answer the skeleton stands, and says that it loads", () => {
  show({ isFetching: true });
  expect(screen.getByText("skeleton")).toBeDefined();
  expect(screen.getByRole("status").textContent).toBe("Loading…");
});

test("a failed read is never drawn as empty: it shows the sentence, the request and Retry", () => {
  const { query: made } = show({ error: problem("database_unavailable") });
  expect(screen.getByRole("heading").textContent).toBe("The database cannot be reached.");
  expect(screen.getByText("Request req_1")).toBeDefined();
  expect(screen.queryByText("nothing yet")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(made.refetch).toHaveBeenCalledOnce();
});

test("what the role does not allow offers no Retry", () => {
  show({ error: problem("forbidden") });
  expect(screen.getByRole("heading").textContent).toBe(
    "Your role or the scopes of your access token do not allow this.",
  );
  expect(screen.queryByRole("button")).toBeNull();
});

test("a server that was not reached is told apart from a fault inside it", () => {
  show({ error: new TypeError("fetch failed") });
  expect(screen.getByRole("heading").textContent).toBe("The server cannot be reached. Check your connection.");
});

test("an empty list says that nothing is there yet", () => {
  show({ data: { items: [] } });
  expect(screen.getByText("nothing yet")).toBeDefined();
});

test("an empty list under filters offers to clear them", () => {
  const { empty } = show({ data: { items: [] } }, { isFiltered: true });
  expect(screen.getByRole("heading").textContent).toBe("No matches");
  fireEvent.click(screen.getByRole("button", { name: "Clear filters" }));
  expect(empty.onClearFilters).toHaveBeenCalledOnce();
});

test("a failed renewal keeps the last answer and says how old it is", () => {
  show({ data: { items: ["a"] }, error: problem("internal_error") });
  expect(screen.getByText("a")).toBeDefined();
  expect(screen.getByRole("status").textContent).toContain("data 14 sec old");
});
