// @vitest-environment happy-dom
import { buildLiveChannel } from "@test/build-live-channel";
import { renderScreen } from "@test/render-screen";
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { LiveChannel } from "@/core/channels/live-channel";
import { HEALTH_WORDS } from "@/core/vocabulary";
import { type LiveChannelRow, toLiveChannels } from "@/operations/channels/live-channels";
import { ChannelState } from "./channel-badges";
import { ChannelNow } from "./channel-now";

const row = (given: Partial<LiveChannel>) =>
  toLiveChannels({ asOf: 0, stale: false, source: "shared", rows: [buildLiveChannel(given)] })
    .rows[0] as LiveChannelRow;

const factOf = (label: string) => screen.getByText(label).parentElement?.querySelector("dd");

test("what a channel does is told in numbers and words", () => {
  const spark = [...Array(13).fill(0), 4, 12];
  renderScreen(
    <ChannelNow
      isStale={false}
      row={row({
        ...{ state: "queueing", inFlight: 4, waiting: 1, oldestWaitMs: 1_200, waitP95Ms: 900, replicas: 2, spark },
        denied5m: { full: 3, timeout: 1 },
      })}
    />,
  );
  expect(factOf("Longest present wait")?.textContent).toBe("1.2 sec");
  expect(factOf("Turned away in 5 min")?.textContent).toBe("3 full · 1 after waiting");
  expect(factOf("Wait, 95 of 100 in 5 min")?.textContent).toBe("900 ms");
  expect(factOf("Circuit")?.textContent).toBe("closed");
  expect(factOf("Replicas that report")?.textContent).toBe("2");
  const sentence = screen.getByRole("img", { name: /^Requests sent per minute/ }).getAttribute("aria-label");
  expect(sentence).toBe(`Requests sent per minute, oldest first: ${Array(13).fill("0").join(", ")}, 4, and 12`);
});

test("an idle channel waits for nobody, a tripped one says how long", () => {
  const trippedUntil = Date.now() + 42_000;
  renderScreen(<ChannelNow isStale={false} row={row({ state: "tripped", trippedUntil })} />);
  expect(factOf("Longest present wait")?.textContent).toBe("nobody waits");
  expect(factOf("Wait, 95 of 100 in 5 min")?.textContent).toBe("none");
  expect(factOf("Circuit")?.textContent).toMatch(/^open for 0:4\d$/);
});

test("old numbers stay and are grey, and without any nothing is made up", () => {
  const { container } = renderScreen(<ChannelNow isStale row={row({ inFlight: 3 })} />);
  expect(container.querySelector("[data-stale=true]")?.textContent).toContain("3/4");
  renderScreen(<ChannelNow isStale row={undefined} />);
  expect(screen.getByText("Nothing was heard of it yet.")).toBeTruthy();
});

const CREDENTIAL = { id: 1, enabled: true, opens: true, setAt: "", lastFour: null };

test("the state of a channel is how it did lately, once that is known", () => {
  const words = HEALTH_WORDS.map((health) => {
    const { container } = renderScreen(
      <ChannelState channel={{ enabled: true, credentials: [CREDENTIAL] }} health={health} />,
    );
    return container.textContent;
  });
  expect(words).toEqual([
    ...["Disabled", "Account refused", "Circuit open", "Cooling", "Probing", "Failing often", "No recent results"],
    "Healthy",
  ]);
});

test.each([
  ["Enabled", true, [{ ...CREDENTIAL, enabled: false }, CREDENTIAL]],
  ["No credential", true, [{ ...CREDENTIAL, enabled: false }]],
  ["No credential", true, [{ ...CREDENTIAL, opens: false }]],
  ["Disabled", false, [CREDENTIAL]],
] as const)("%s by configuration", (word, enabled, credentials) => {
  const { container } = renderScreen(<ChannelState channel={{ enabled, credentials: [...credentials] }} />);
  expect(container.textContent).toBe(word);
});
