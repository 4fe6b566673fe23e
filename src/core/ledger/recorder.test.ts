import { buildDenial, buildEntry, buildRequestRecord, requestHex } from "@test/build-ledger";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { AppError } from "../errors";
import type { DenialRecord, LedgerEntry, LedgerStore, RequestRecord } from "./entry";
import { createRecorder, type RecorderFault } from "./recorder";
import { parseSettlement, settlementOf } from "./settlement";

const down = () => new AppError("database_unavailable");
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The rows in texts of settlements, in their order. */
function rowsIn(texts: readonly string[]) {
  const frames = texts.map(parseSettlement);
  return {
    entries: frames.flatMap(({ entries }) => entries),
    requests: frames.flatMap(({ request }) => (request === null ? [] : [request])),
  };
}

/** How a plain request ended, with one entry. */
const settlement = (n: number) => {
  const id = requestHex(n);
  return settlementOf({ id, kind: "settled", entries: [buildEntry({ id })], request: buildRequestRecord({ id }) });
};

/** A recorder over a store in memory whose failures are scripted. */
function setUp() {
  const clock = fakeClock();
  const calls: { entries: readonly LedgerEntry[]; requests: readonly RequestRecord[] }[] = [];
  const rejected: string[] = [];
  const denials: DenialRecord[] = [];
  const flushed: string[] = [];
  const faults: RecorderFault[] = [];
  const script = { fail: (_: readonly LedgerEntry[], __: readonly RequestRecord[]): unknown => null, isDown: false };
  const store: LedgerStore = {
    async record(texts) {
      const { entries, requests } = rowsIn(texts);
      calls.push({ entries, requests });
      if (script.isDown) throw down();
      const error = script.fail(entries, requests);
      if (error !== null) throw error;
    },
    async reject(entry) {
      if (script.isDown) throw down();
      rejected.push(entry.id);
    },
    async recordDenials(rows) {
      if (script.isDown) throw down();
      denials.push(...rows);
    },
  };
  const journal = { flushed: (ids: readonly string[]) => void flushed.push(...ids) };
  const recorder = createRecorder({ store, journal, clock, onFault: (fault) => void faults.push(fault) });
  const add = (n: number, attempts = 1) => {
    const id = requestHex(n);
    const entries = Array.from({ length: attempts }, (_, i) => buildEntry({ id, attempt: i + 1 }));
    recorder.record(settlementOf({ id, kind: "settled", entries, request: buildRequestRecord({ id }) }));
  };
  return { clock, calls, rejected, denials, flushed, faults, script, recorder, add };
}

describe("createRecorder", () => {
  test("rows wait 25 ms for company, then go in the order of id and attempt", async () => {
    const { clock, calls, flushed, recorder, add } = setUp();
    add(2);
    add(1, 2);
    clock.advance(24);
    await settled();
    expect(calls).toHaveLength(0);
    expect(recorder.pending()).toBe(3);
    expect(recorder.lagMs()).toBe(24);
    clock.advance(1);
    await settled();
    expect(calls[0]?.entries.map(({ id, attempt }) => [id, attempt])).toEqual([
      [requestHex(1), 1],
      [requestHex(1), 2],
      [requestHex(2), 1],
    ]);
    expect(calls[0]?.requests.map(({ id }) => id)).toEqual([requestHex(1), requestHex(2)]);
    expect(flushed.sort()).toEqual([requestHex(1), requestHex(2)]);
    expect(recorder.pending()).toBe(0);
    expect(recorder.lagMs()).toBe(0);
  });

  test("200 rows go at once, and no batch is larger", async () => {
    const { calls, recorder, add } = setUp();
    for (let n = 0; n < 450; n++) add(n);
    await recorder.flush();
    expect(calls.map(({ entries }) => entries.length)).toEqual([200, 200, 50]);
  });

  test("one batch is under way at a time", async () => {
    const { clock, recorder, add } = setUp();
    let running = 0;
    let most = 0;
    const slow = createRecorder({
      store: {
        async record() {
          most = Math.max(most, ++running);
          await settled();
          running--;
        },
        reject: async () => {},
        recordDenials: async () => {},
      },
      journal: { flushed: () => {} },
      clock,
      onFault: () => {},
    });
    for (let n = 0; n < 900; n++) slow.record(settlement(n));
    await slow.flush();
    expect(most).toBe(1);
    add(1);
    await recorder.flush();
  });

  test("while the store is down nothing is lost, tried with growing pauses, and recorded once it is back", async () => {
    const { clock, calls, flushed, faults, script, recorder, add } = setUp();
    script.isDown = true;
    add(1);
    for (const pause of [25, 100, 200, 400, 800]) {
      clock.advance(pause - 1);
      await settled();
      const before = calls.length;
      clock.advance(1);
      await settled();
      expect(calls.length).toBe(before + 1);
    }
    expect(faults.map(({ kind }) => kind)).toEqual(Array(5).fill("store_down"));
    expect(flushed).toEqual([]);
    expect(recorder.pending()).toBe(1);
    script.isDown = false;
    add(2);
    clock.advance(1600);
    await settled();
    expect(flushed.sort()).toEqual([requestHex(1), requestHex(2)]);
    expect(recorder.pending()).toBe(0);
  });

  test("a pause never grows beyond 5 s", async () => {
    const { clock, calls, script, add } = setUp();
    script.isDown = true;
    add(1);
    for (let i = 0; i < 12; i++) {
      clock.advance(5000);
      await settled();
    }
    const before = calls.length;
    clock.advance(5000);
    await settled();
    expect(calls.length).toBe(before + 1);
  });

  test("flush does not wait for the pause, and resolves when the store is back", async () => {
    const { clock, script, recorder, add } = setUp();
    script.isDown = true;
    add(1);
    clock.advance(25);
    await settled();
    script.isDown = false;
    await recorder.flush();
    expect(recorder.pending()).toBe(0);
  });

  test("flush also waits for what came while it ran", async () => {
    const { calls, recorder, add } = setUp();
    add(1);
    const flushing = recorder.flush();
    add(2);
    await flushing;
    expect(calls.flatMap(({ entries }) => entries.map(({ id }) => id))).toEqual([requestHex(1), requestHex(2)]);
  });

  test("close ends the pauses and a waiting flush, and keeps what is left out of the flushed ids", async () => {
    const { clock, script, flushed, recorder, add } = setUp();
    script.isDown = true;
    add(1);
    const flushing = recorder.flush();
    await settled();
    await recorder.close();
    await flushing;
    expect(clock.pending()).toBe(0);
    expect(flushed).toEqual([]);
    expect(recorder.pending()).toBe(1);
  });
});

describe("a failing row", () => {
  test("a batch that fails once for no fault of its rows is tried again whole", async () => {
    const { script, calls, rejected, flushed, recorder, add } = setUp();
    let failures = 1;
    script.fail = () => (failures-- > 0 ? new Error("deadlock") : null);
    for (let n = 0; n < 10; n++) add(n);
    await recorder.flush();
    expect(calls.map(({ entries }) => entries.length)).toEqual([10, 10]);
    expect(rejected).toEqual([]);
    expect(flushed).toHaveLength(10);
  });

  test.each([0, 1, 63, 99])("poison row %i of 100 is set aside, the rest flows", async (poison) => {
    const { script, rejected, faults, flushed, recorder, calls, add } = setUp();
    script.fail = (entries) => (entries.some(({ id }) => id === requestHex(poison)) ? new Error("check") : null);
    for (let n = 0; n < 100; n++) add(n);
    await recorder.flush();
    expect(rejected).toEqual([requestHex(poison)]);
    expect(faults.map(({ kind }) => kind)).toEqual(["rejected"]);
    expect(flushed).toHaveLength(100);
    expect(recorder.pending()).toBe(0);
    expect(calls.length).toBeLessThan(25);
  });

  test("two poison rows are both found", async () => {
    const { script, rejected, recorder, add } = setUp();
    const poison = new Set([requestHex(3), requestHex(4)]);
    script.fail = (entries) => (entries.some(({ id }) => poison.has(id)) ? new Error("check") : null);
    for (let n = 0; n < 7; n++) add(n);
    await recorder.flush();
    expect(rejected.sort()).toEqual([...poison]);
  });

  test("only the poison attempt of a request is set aside", async () => {
    const { script, rejected, calls, recorder, add } = setUp();
    script.fail = (entries) => (entries.some(({ attempt }) => attempt === 2) ? new Error("check") : null);
    add(1, 3);
    await recorder.flush();
    expect(rejected).toEqual([requestHex(1)]);
    const single = calls.filter(({ entries }) => entries.length === 1).map(({ entries }) => entries[0]?.attempt);
    expect(single.sort()).toEqual([1, 2, 3]);
  });

  test("a poison log row is dropped, its entry is recorded", async () => {
    const { script, rejected, faults, flushed, recorder, add } = setUp();
    script.fail = (_, requests) => (requests.length > 0 ? new Error("too long") : null);
    add(1);
    await recorder.flush();
    expect(rejected).toEqual([]);
    expect(faults.map(({ kind }) => kind)).toEqual(["request_dropped"]);
    expect(flushed).toEqual([requestHex(1)]);
  });

  test("a store that goes down while a poison row is sought rejects nothing", async () => {
    const { script, rejected, flushed, recorder, add, clock } = setUp();
    script.fail = (entries) => {
      if (entries.length > 1) return new Error("check");
      return down();
    };
    for (let n = 0; n < 4; n++) add(n);
    clock.advance(25);
    await settled();
    await settled();
    expect(rejected).toEqual([]);
    expect(flushed).toEqual([]);
    expect(recorder.pending()).toBe(4);
  });

  test("what cannot even be set aside stays in the journal and blocks nobody", async () => {
    const { clock } = setUp();
    const flushed: string[] = [];
    const faults: string[] = [];
    const recorder = createRecorder({
      store: {
        async record(texts) {
          if (rowsIn(texts).entries.some(({ id }) => id === requestHex(1))) throw new Error("check");
        },
        async reject() {
          throw new Error("no such table");
        },
        recordDenials: async () => {},
      },
      journal: { flushed: (ids) => void flushed.push(...ids) },
      clock,
      onFault: ({ kind }) => void faults.push(kind),
    });
    for (const n of [1, 2]) recorder.record(settlement(n));
    await recorder.flush();
    expect(flushed).toEqual([requestHex(2)]);
    expect(faults).toEqual(["reject_failed"]);
    expect(recorder.pending()).toBe(0);
  });
});

describe("denials", () => {
  test("are written in batches behind the rows", async () => {
    const { denials, recorder } = setUp();
    for (let n = 0; n < 450; n++) recorder.recordDenial(buildDenial({ id: requestHex(n) }));
    await recorder.flush();
    expect(denials).toHaveLength(450);
  });

  test("10,000 wait while the store is down; further ones are counted and dropped", async () => {
    const { script, denials, recorder, clock } = setUp();
    script.isDown = true;
    for (let n = 0; n < 10_000; n++) recorder.recordDenial(buildDenial({ id: requestHex(n) }));
    expect(recorder.droppedDenials()).toBe(0);
    recorder.recordDenial(buildDenial());
    expect(recorder.droppedDenials()).toBe(1);
    clock.advance(25);
    await settled();
    script.isDown = false;
    await recorder.flush();
    expect(denials).toHaveLength(10_000);
  });

  test("a batch of denials that the store refuses is dropped with a count", async () => {
    const { clock } = setUp();
    const faults: string[] = [];
    const recorder = createRecorder({
      store: {
        record: async () => {},
        reject: async () => {},
        async recordDenials() {
          throw new Error("check");
        },
      },
      journal: { flushed: () => {} },
      clock,
      onFault: ({ kind }) => void faults.push(kind),
    });
    recorder.recordDenial(buildDenial());
    await recorder.flush();
    expect(recorder.droppedDenials()).toBe(1);
    expect(faults).toEqual(["denials_dropped"]);
  });
});
