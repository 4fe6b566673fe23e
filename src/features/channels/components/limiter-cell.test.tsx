// @vitest-environment happy-dom
import { buildLiveChannel } from "@test/build-live-channel";
import { renderScreen } from "@test/render-screen";
import { cleanup, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { LiveChannel } from "@/core/channels/live-channel";
import { type LiveChannelRow, toLiveChannels } from "@/operations/channels/live-channels";
import { countdownText } from "./countdown";
import { LimiterCell } from "./limiter-cell";

const row = (given: Partial<LiveChannel>) => {
  const reading = { asOf: 0, stale: false, source: "shared" as const, rows: [buildLiveChannel(given)] };
  return toLiveChannels(reading).rows[0] as LiveChannelRow;
};

const part = (name: string) => document.querySelector(`[data-part=${name}]`);

/** Text and tone of a part. */
const shown = (name: string) =>
  `${part(name)?.textContent} ${/text-([a-z-]+)$/.exec(part(name)?.className ?? "")?.[1]}`;

describe("colours and words by load", () => {
  test.each([
    ["0/4 info, Q 0/2 muted-foreground", "Idle", { state: "idle" }],
    ["1/4 info, Q 0/2 muted-foreground", "Busy", { state: "busy", inFlight: 1 }],
    ["2/4 warning, Q 0/2 muted-foreground", "Busy", { state: "busy", inFlight: 2 }],
    ["4/4 danger, Q 0/2 muted-foreground", "At capacity", { state: "saturated", inFlight: 4 }],
    ["4/4 danger, Q 1/2 warning", "Queueing", { state: "queueing", inFlight: 4, waiting: 1 }],
    ["4/4 danger, Q 2/2 danger", "Full", { state: "full", inFlight: 4, waiting: 2 }],
    ["5/4 danger, Q 0/2 muted-foreground", "Over", { state: "over", inFlight: 5 }],
  ] as const)("%s: %s", (numbers, word, given) => {
    renderScreen(<LimiterCell row={row(given)} />);
    expect(`${shown("load")}, ${shown("queue")}`).toBe(numbers);
    expect(screen.getByRole("img").textContent).toContain(word);
    expect(document.querySelector("svg")).not.toBeNull();
  });
});

test("a screen reader hears a sentence", () => {
  renderScreen(<LimiterCell row={row({ state: "queueing", inFlight: 4, waiting: 1 })} />);
  expect(screen.getByRole("img").getAttribute("aria-label")).toBe("Queueing: 4 of 4 places taken, 1 of 2 waiting");
});

test("only a queue has a queue part; observe says that nothing is enforced; without a limit there is one number", () => {
  renderScreen(<LimiterCell row={row({ mode: "reject", queueSize: null, inFlight: 1, state: "busy" })} />);
  expect(part("queue")).toBeNull();
  renderScreen(
    <LimiterCell row={row({ mode: "observe", queueSize: null, inFlight: 10, capacity: 2, state: "over" })} />,
  );
  expect(screen.getByText("not enforced")).toBeTruthy();
  const bare = row({ mode: "off", capacity: null, queueSize: null, inFlight: 3, state: "busy" });
  const { container } = renderScreen(<LimiterCell row={bare} />);
  expect(container.textContent).toBe("3no limitBusy");
});

test("old numbers have no colour", () => {
  renderScreen(<LimiterCell row={row({ state: "stale", inFlight: 4, waiting: 2 })} />);
  expect(part("load")?.className).toContain("text-muted-foreground");
  expect(part("queue")?.className).toContain("text-muted-foreground");
  cleanup();
  renderScreen(<LimiterCell isStale row={row({ state: "saturated", inFlight: 4 })} />);
  expect(part("load")?.className).toContain("text-muted-foreground");
});

test.each([
  [42_000, "0:42"],
  [41_001, "0:42"],
  [90_000, "1:30"],
  [0, "0:00"],
  [-5_000, "0:00"],
])("%d ms left read %s", (ms, text) => {
  expect(countdownText(ms)).toBe(text);
});
