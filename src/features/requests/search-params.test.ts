import { describe, expect, test } from "vitest";
import { loadRequestSearch, NO_REQUEST_FILTER, ownRequestFilter, requestFilter } from "./search-params";

const NOW = Date.parse("2026-11-21T12:00:00.000Z");
const read = (query: string) => loadRequestSearch(new URLSearchParams(query));

describe("the URL of a request log", () => {
  test("without parameters filters nothing and opens nothing", () => {
    expect(read("")).toEqual({ ...NO_REQUEST_FILTER, r: null });
    expect(requestFilter(read(""), NOW)).toEqual({});
  });

  test("becomes the filter of the operation", () => {
    const search = read("outcome=denied&model=gpt-5-mini&user=3&key=4&channel=5&code=key_disabled&r=req_1");
    expect(requestFilter(search, NOW)).toEqual({
      outcome: "denied",
      model: "gpt-5-mini",
      userId: 3,
      keyId: 4,
      channelId: 5,
      code: "key_disabled",
    });
    expect(search.r).toBe("req_1");
  });

  test.each([
    "outcome=great",
    "model=%20%20",
    `model=${"m".repeat(201)}`,
    "code=a%00b",
    "user=0",
    "user=-3",
    "key=1.5",
    "channel=99999999999",
    "range=year",
    "from=yesterday",
    "to=2026-99-01",
    "from=12",
  ])("leaves out what makes no sense: %s", (query) => {
    expect(requestFilter(read(query), NOW)).toEqual({});
  });

  test.each([
    ["hour", "2026-11-21T11:00:00.000Z"],
    ["day", "2026-11-20T12:00:00.000Z"],
    ["week", "2026-11-14T12:00:00.000Z"],
    ["month", "2026-10-22T12:00:00.000Z"],
  ])("the range %s counts back from now", (range, from) => {
    expect(requestFilter(read(`range=${range}`), NOW)).toEqual({ from });
  });

  test("its own instants win over a range, in one writing", () => {
    const search = read("range=hour&from=2026-11-01T05:30:00%2B05:30&to=2026-11-02");
    expect(requestFilter(search, NOW)).toEqual({ from: "2026-11-01T00:00:00.000Z", to: "2026-11-02T00:00:00.000Z" });
    expect(requestFilter(read("range=hour&to=2026-11-02"), NOW)).toEqual({ to: "2026-11-02T00:00:00.000Z" });
  });

  test("of one's own log knows no user and no channel", () => {
    expect(ownRequestFilter(read("user=3&channel=5&key=4"), NOW)).toEqual({ keyId: 4 });
  });
});
