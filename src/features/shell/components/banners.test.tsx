// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { ViewerBanners } from "../queries";
import { Banners } from "./banners";

const DOWN = { code: "database_down", params: {}, since: "2026-01-01T11:58:00Z" } as const;
const SINGLE = { code: "single_replica", params: {}, since: null } as const;
const show = (banners: ViewerBanners, dismissed: readonly string[] = []) =>
  renderScreen(<Banners banners={banners} dismissed={dismissed} />);

test("an outage is dated and stays", () => {
  show([DOWN]);
  expect(screen.getByRole("listitem").textContent).toBe(
    "The database has not answered since Jan 1, 2026, 11:58 AM. Calls go on and their spend is kept in the journal.",
  );
  expect(screen.queryByRole("button")).toBeNull();
});

test("what needs nobody's attention can be dismissed", () => {
  show([DOWN, SINGLE]);
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
  fireEvent.click(screen.getByRole("button", { name: "Dismiss this notice" }));
  expect(screen.getByRole("listitem").textContent).toContain("The database has not answered");
});

test("what was dismissed before stays away, and an outage does not", () => {
  show([DOWN, SINGLE], ["single_replica", "database_down"]);
  expect(screen.getByRole("listitem").textContent).toContain("The database has not answered");
});

test.each([
  [true, "The counters of limits have not answered since Jan 1, 2026, 11:58 AM. Calls pass within a small allowance."],
  [
    false,
    "The counters of limits have not answered since Jan 1, 2026, 11:58 AM. Calls that a limit applies to are refused.",
  ],
])("counters that are away say what becomes of calls (admits: %s)", (admits, text) => {
  show([{ code: "counters_down", params: { admits }, since: DOWN.since }]);
  expect(screen.getByRole("listitem").textContent).toBe(text);
  expect(screen.queryByRole("button")).toBeNull();
});

test.each([
  [{}, "Limits of model groups are switched off: only limits on all models apply."],
  [
    { variable: "ENABLE_MODEL_RATE_LIMIT" },
    "Limits of model groups are switched off by ENABLE_MODEL_RATE_LIMIT=false: only limits on all models apply.",
  ],
])("limits that are switched off stay told, with what switches them (%o)", (params, text) => {
  show([{ code: "model_group_limits_off", params, since: null }], ["model_group_limits_off"]);
  expect(screen.getByRole("listitem").textContent).toBe(text);
  expect(screen.queryByRole("button")).toBeNull();
});
