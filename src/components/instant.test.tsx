// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Instant } from "./instant";

beforeEach(() => void vi.useFakeTimers({ now: Date.parse("2026-01-01T12:00:00Z") }));
afterEach(() => void vi.useRealTimers());

test("an instant is told in the viewer's zone and is whole in the tooltip", () => {
  const { container } = renderScreen(<Instant at="2026-01-01T09:05:07.000Z" />);
  const time = container.querySelector("time");
  expect(time?.textContent).toBe("Jan 1, 2026, 9:05 AM");
  expect(time?.title).toBe("January 1, 2026 at 9:05:07 AM UTC");
  expect(time?.dateTime).toBe("2026-01-01T09:05:07.000Z");
});

test("a relative instant counts from now, in the reader's language", () => {
  const three = "2025-12-29T12:00:00.000Z";
  expect(renderScreen(<Instant at={three} look="relative" />).container.textContent).toBe("3 days ago");
  expect(renderScreen(<Instant at={three} look="relative" />, { locale: "ru" }).container.textContent).toBe(
    "3 дня назад",
  );
});
