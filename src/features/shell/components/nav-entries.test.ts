import { expect, test } from "vitest";
import { currentEntry, navSections } from "./nav-entries";

test("a page without its permission has no entry, and a section without entries is left out", () => {
  const sections = navSections("admin", ["overview:read", "channels:read"]);
  expect(sections.map((section) => section.entries.map((entry) => entry.key))).toEqual([["overview", "channels"]]);
});

test("the entry of a page below it is current, and the overview only on its own page", () => {
  const sections = navSections("admin", ["overview:read", "channels:read", "keys:read"]);
  expect(currentEntry(sections, "/admin/channels/7")?.key).toBe("channels");
  expect(currentEntry(sections, "/admin")?.key).toBe("overview");
  expect(currentEntry(sections, "/admin/channelsfoo")?.key).toBe("overview");
  expect(currentEntry(sections, "/elsewhere")).toBeUndefined();
});
