import { buildDatabase, type TestDatabase } from "@test/build-database";
import { settlementTexts } from "@test/build-ledger";
import { buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RequestRecord } from "@/core/ledger/entry";
import { uuidv7Hex } from "@/lib/id";
import { habitStore } from "./habit-store";
import { ledgerStore } from "./ledger-store";
import { ensurePartitions } from "./partitions";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const MINUTE = 60_000;

type Past = Partial<RequestRecord> & {
  readonly textBytes?: number;
  readonly choices?: number;
  readonly billed?: string;
};

describe("the habits of models", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await buildDatabase();
    await ensurePartitions(database, NOW);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.sql.unsafe(`
      alter table usage_ledger disable trigger user; delete from usage_ledger; alter table usage_ledger enable trigger user;
      delete from usage_rollup; delete from requests; delete from model_habits`);
  });

  /** Requests of `gpt-test`, 100 tokens from 300 bytes and 200 tokens of output, ten minutes ago unless told. */
  const served = async (count: number, { textBytes = 300, choices, billed = "gpt-test", ...given }: Past = {}) => {
    const at = given.at ?? NOW - 10 * MINUTE;
    const frames = Array.from({ length: count }, () => {
      const id = uuidv7Hex(at);
      const request = buildStoredRequest({
        ...{ id, at, inputTokens: 100, outputTokens: 200, outcome: "ok", costSource: "upstream" },
        decision: {
          v: 1,
          model: { requested: "gpt-test", billed, mapped: null },
          estimate: {
            inputTokens: 75,
            ...(textBytes > 0 ? { textBytes } : {}),
            ...(choices === undefined ? {} : { choices }),
          },
        },
        ...given,
      });
      return { entries: [buildStoredEntry({ id, admittedAt: at })], request };
    });
    await ledgerStore(database).record(frames.flatMap((frame) => settlementTexts(frame.entries, [frame.request])));
  };
  const habits = async () => Object.fromEntries(await habitStore(database).all());
  const learn = (now = NOW) => habitStore(database).learn(now);

  it("are learnt from twenty requests: seven tenths of the start, three of what was seen", async () => {
    await served(20);
    expect(await learn()).toBe(1);
    expect(await habits()).toEqual({
      "gpt-test": { bytesPerToken: expect.closeTo(3.7, 9), expectedOutputTokens: 777 },
    });
  });

  it("are not learnt from nineteen, nor from requests that failed or whose usage was estimated", async () => {
    await served(19);
    await served(20, { outcome: "upstream_error" });
    await served(20, { costSource: "estimated" });
    expect(await learn()).toBe(0);
    expect(await habits()).toEqual({});
  });

  it("take the 95th percentile of the output of one choice", async () => {
    await served(19, { outputTokens: 100 });
    await served(1, { outputTokens: 4_000 });
    await served(20, { billed: "other", outputTokens: 800, choices: 4 });
    await learn();
    const learnt = await habits();
    expect(learnt["gpt-test"]?.expectedOutputTokens).toBe(747); // 716.8 + 30
    expect(learnt.other?.expectedOutputTokens).toBe(777); // 716.8 + 60
  });

  it("do not take the size of requests with blobs, whose tokens their text does not tell", async () => {
    await served(20, { textBytes: 0 });
    await learn();
    expect((await habits())["gpt-test"]).toEqual({ bytesPerToken: 4, expectedOutputTokens: 777 });
  });

  it("are those of the billed model, and stay in their bounds", async () => {
    await served(20, { billed: "terse", textBytes: 50, outputTokens: 1 });
    for (let lesson = 0; lesson < 8; lesson++) {
      const now = NOW + lesson * 10 * MINUTE;
      await served(20, { billed: "verbose", textBytes: 9_000, outputTokens: 90_000, at: now - 5 * MINUTE });
      await learn(now);
    }
    expect(await habits()).toEqual({
      terse: { bytesPerToken: expect.closeTo(2.95, 9), expectedOutputTokens: 717 },
      verbose: { bytesPerToken: 8, expectedOutputTokens: 4_096 },
    });
  });

  it("are learnt once from each request, however many replicas try at once and however soon again", async () => {
    await served(40);
    const lessons = await Promise.all(Array.from({ length: 4 }, () => learn()));
    expect(lessons.reduce((sum, count) => sum + count, 0)).toBe(1);
    await served(20, { at: NOW + MINUTE, outputTokens: 4_000 });
    expect(await learn(NOW + 5 * MINUTE)).toBe(0); // a replica that runs in between
    expect(await learn(NOW + 10 * MINUTE)).toBe(1);
    expect((await habits())["gpt-test"]?.expectedOutputTokens).toBe(1_744); // 0.7 x 777 + 0.3 x 4,000
    expect(await learn(NOW + 20 * MINUTE)).toBe(0);
  });
});
