// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { act, fireEvent, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FilterBar, SearchFilter } from "./filter-bar";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function Search({ onTold }: { onTold: (value: string) => void }) {
  const [value, setValue] = useState("");
  return (
    <FilterBar isFiltered={value !== ""} onClear={() => setValue("")}>
      <SearchFilter
        label="Name"
        onChange={(next) => {
          onTold(next);
          setValue(next);
        }}
        value={value}
      />
    </FilterBar>
  );
}

test("a search is told once, when the typing pauses, and can be cleared", () => {
  const onTold = vi.fn();
  renderScreen(<Search onTold={onTold} />);
  const input = screen.getByRole("searchbox", { name: "Name" });
  for (const text of ["a", "an", "ann "]) fireEvent.change(input, { target: { value: text } });
  expect(onTold).not.toHaveBeenCalled();
  act(() => void vi.advanceTimersByTime(300));
  expect(onTold.mock.calls).toEqual([["ann"]]);
  fireEvent.click(screen.getByRole("button", { name: "Clear filters" }));
  expect(input).toHaveProperty("value", "");
  act(() => void vi.advanceTimersByTime(300));
  expect(onTold).toHaveBeenCalledOnce();
});
