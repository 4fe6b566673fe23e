// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { DetailSheet, neighbour } from "./detail-sheet";

test.each([
  ["b", 1, "c"],
  ["b", -1, "a"],
  ["c", 1, null],
  ["a", -1, null],
  ["x", 1, null],
  [null, 1, null],
] as const)("next to %s by %d is %s", (id, step, expected) => {
  expect(neighbour(["a", "b", "c"], id, step)).toBe(expected);
});

function Log() {
  const [id, setId] = useState<string | null>("b");
  return (
    <>
      <ul>
        {["a", "b", "c"].map((row) => (
          <li data-row-id={row} key={row}>
            <button type="button">{`row ${row}`}</button>
          </li>
        ))}
      </ul>
      <DetailSheet id={id} ids={["a", "b", "c"]} onChange={setId} title={`of ${id}`}>
        <input aria-label="note" />
      </DetailSheet>
    </>
  );
}

test("J and K walk the list and stop at its ends; keys typed into a field do not walk", () => {
  renderScreen(<Log />);
  fireEvent.keyDown(document.body, { key: "j" });
  expect(screen.getByRole("dialog", { name: "of c" })).toBeDefined();
  fireEvent.keyDown(document.body, { key: "J" });
  expect(screen.getByRole("dialog", { name: "of c" })).toBeDefined();
  fireEvent.keyDown(screen.getByLabelText("note"), { key: "k" });
  expect(screen.getByRole("dialog", { name: "of c" })).toBeDefined();
  fireEvent.keyDown(document.body, { key: "k" });
  fireEvent.keyDown(document.body, { key: "k" });
  expect(screen.getByRole("dialog", { name: "of a" })).toBeDefined();
});

test("Esc closes, and the focus goes to the row that was shown last", async () => {
  renderScreen(<Log />);
  fireEvent.keyDown(document.body, { key: "j" });
  fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(document.activeElement?.textContent).toBe("row c"));
});
