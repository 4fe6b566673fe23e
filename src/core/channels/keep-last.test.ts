import { buildLiveChannel } from "@test/build-live-channel";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { keepLast } from "./keep-last";
import type { LiveReading } from "./live-feed";

test("while the store does not answer, the last rows stay and are stale", async () => {
  const reading: LiveReading = { asOf: 5, stale: false, source: "shared", rows: [buildLiveChannel({ channelId: 1 })] };
  let isDown = true;
  const read = keepLast(
    () => (isDown ? Promise.reject(new Error("no answer")) : Promise.resolve(reading)),
    fakeClock(),
  );
  expect(await read()).toMatchObject({ stale: true, rows: [] });
  isDown = false;
  expect(await read()).toEqual(reading);
  isDown = true;
  expect(await read()).toEqual({ ...reading, stale: true });
});
