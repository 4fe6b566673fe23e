import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildEntry, buildRequestRecord, requestHex } from "@test/build-ledger";
import { fakeClock } from "@test/fake-clock";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AdmitFrame, Journal, ReplayedFrames } from "@/core/ledger/journal";
import { settlementOf } from "@/core/ledger/settlement";
import { crc32c } from "@/lib/crc32c";
import { asNanoUsd } from "@/lib/money";
import { adoptJournals, type JournalFinding } from "./adopt-journals";
import { createJournal, type JournalOptions } from "./create-journal";
import { FRAME_VERSION } from "./frame";
import type { JournalOwner } from "./journal-directory";
import { type JournalFiles, systemJournalFiles } from "./journal-files";

const DEAD: JournalOwner = { pid: 100, startedAt: "5000", bootId: "boot-a" };
const SELF: JournalOwner = { pid: 200, startedAt: "6000", bootId: "boot-a" };
const OTHER: JournalOwner = { pid: 300, startedAt: "7000", bootId: "boot-a" };
const MIB = 1024 * 1024;

let root = "";
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), "sluice-journal-")), "journal");
});
afterEach(() => {
  rmSync(join(root, ".."), { recursive: true, force: true });
});

function open(given: Partial<JournalOptions> = {}) {
  const clock = fakeClock();
  const fatal: unknown[] = [];
  const journal = createJournal({
    ...{ root, replica: "replica", owner: DEAD, clock, sync: "interval", maxBytes: 512 * MIB, keepMs: 600_000 },
    onFatal: (error) => void fatal.push(error),
    ...given,
  });
  return { journal, clock, fatal };
}

const admit = (n: number): AdmitFrame => ({
  id: requestHex(n),
  at: Date.parse("2026-11-21T12:00:00Z"),
  userId: 7,
  keyId: 3,
  keyPrefix: "sk-sluice-Ab12",
  protocol: "openai-chat",
  operation: "chat",
  model: `modèle-${n}`,
  stream: true,
  holdNo: 1,
  modelGroupId: null,
  countedInUserGlobal: true,
  countedInKeyGlobal: true,
  failOpen: false,
  buckets: [],
});
const ceiling = (n: number, amount = 5) => ({
  id: requestHex(n),
  attempt: 1,
  channelId: 1,
  amountNanoUsd: asNanoUsd(amount),
});
const settle = (n: number) => ({
  id: requestHex(n),
  kind: "settled" as const,
  entries: [buildEntry({ id: requestHex(n) })],
  request: buildRequestRecord({ id: requestHex(n) }),
});
const voided = (n: number) => ({ id: requestHex(n), kind: "voided" as const, entries: [], request: null });

function adopt(self = SELF, alive: readonly JournalOwner[] = [self]) {
  const findings: JournalFinding[] = [];
  const isAlive = (owner: JournalOwner) => alive.some(({ pid }) => pid === owner.pid);
  const journals = adoptJournals({ root, self, isAlive, onFinding: (finding) => void findings.push(finding) });
  return { journals, findings, found: merge(journals.flatMap((journal) => [...journal.batches()])) };
}

function merge(batches: readonly ReplayedFrames[]) {
  const ids = (frames: readonly { id: string }[]) =>
    frames.map(({ id }) => Number.parseInt(id, 16)).sort((a, b) => a - b);
  return {
    settled: ids(batches.flatMap(({ settled }) => settled)),
    interrupted: ids(batches.flatMap(({ interrupted }) => interrupted.flatMap(([cut]) => cut?.ceiling ?? []))),
    voided: ids(batches.flatMap((batch) => batch.voided)),
  };
}

const NOTHING = { settled: [], interrupted: [], voided: [] };
const segmentsOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".seg"))
    .sort();
const folderOf = (name: string | undefined) => join(root, name ?? "");
const onlyFolder = () => folderOf(readdirSync(root)[0]);
const lastSegment = () => join(onlyFolder(), segmentsOf(onlyFolder()).at(-1) ?? "");
/** Several turns and file calls later: for what must not have happened. */
const later = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
/** Waits, turn by turn, for what must happen, however busy the machine is. */
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe("what is written", () => {
  test("comes back after a death: settled, interrupted at the last ceiling, void", async () => {
    const { journal } = open();
    for (const n of [1, 2, 3, 4]) journal.admit(admit(n));
    for (const n of [1, 2, 4]) journal.ceiling(ceiling(n));
    journal.ceiling(ceiling(2, 77));
    journal.settle(settlementOf(settle(1)));
    journal.settle(settlementOf(voided(4)));
    await journal.written();
    const { journals, found, findings } = adopt();
    expect(found).toEqual({ settled: [1], interrupted: [2], voided: [3] });
    expect(findings).toEqual([]);
    const batches = [...(journals[0]?.batches() ?? [])];
    expect(batches[0]?.settled).toEqual([settle(1)]);
    expect(batches[1]?.interrupted).toEqual([[{ admit: admit(2), ceiling: ceiling(2, 77) }]]);
    expect(batches[1]?.voided).toEqual([admit(3)]);
  });

  test("each attempt of a request comes back at its own last ceiling, under the admission that it was sent under", async () => {
    const { journal } = open();
    const second = { ...admit(1), holdNo: 2 };
    journal.admit(admit(1));
    journal.ceiling(ceiling(1, 50));
    journal.admit(second);
    journal.ceiling({ ...ceiling(1, 60), attempt: 2 });
    journal.ceiling({ ...ceiling(1, 70), attempt: 2 });
    journal.ceiling(ceiling(1, 0));
    await journal.written();
    const [adopted] = adopt().journals;
    expect([...(adopted?.batches() ?? [])].flatMap(({ interrupted }) => interrupted)).toEqual([
      [
        { admit: admit(1), ceiling: ceiling(1, 0) },
        { admit: second, ceiling: { ...ceiling(1, 70), attempt: 2 } },
      ],
    ]);
  });

  test("what the ledger has is not replayed", async () => {
    const { journal } = open();
    for (const n of [1, 2]) {
      journal.admit(admit(n));
      journal.ceiling(ceiling(n));
      journal.settle(settlementOf(settle(n)));
    }
    journal.flushed([requestHex(1)]);
    await journal.written();
    expect(adopt().found).toEqual({ ...NOTHING, settled: [2] });
  });

  test("the frames of one turn leave in one write", async () => {
    const writes: number[] = [];
    const files: JournalFiles = {
      ...systemJournalFiles,
      write(fd, bytes) {
        writes.push(bytes.length);
        return systemJournalFiles.write(fd, bytes);
      },
    };
    const { journal } = open({ files });
    for (let n = 0; n < 300; n++) {
      journal.admit(admit(n));
      journal.ceiling(ceiling(n));
    }
    expect(writes).toEqual([]);
    await journal.written();
    expect(writes).toHaveLength(1);
    expect(journal.sizeBytes()).toBe(writes[0]);
    journal.settle(settlementOf(settle(1)));
    await journal.written();
    expect(writes).toHaveLength(2);
  });

  test("frames that were written, but not synced, survive the death of the process", async () => {
    const { journal, clock } = open();
    journal.admit(admit(1));
    await journal.written();
    expect(clock.pending()).toBe(1);
    expect(adopt().found.voided).toEqual([1]);
  });

  test("a system that takes a few bytes at a time gets them all", async () => {
    const files: JournalFiles = {
      ...systemJournalFiles,
      write: (fd, bytes) => systemJournalFiles.write(fd, bytes.subarray(0, 7)),
    };
    const { journal } = open({ files });
    journal.admit(admit(1));
    journal.ceiling(ceiling(1));
    await journal.written();
    expect(adopt().found.interrupted).toEqual([1]);
  });

  test("a frame larger than the buffer and than a segment is kept whole", async () => {
    const { journal } = open({ maxBytes: 64 * 1024 });
    journal.admit({ ...admit(1), model: "\u{1F600}".repeat(100_000) });
    await journal.written();
    const { journals } = adopt();
    expect([...(journals[0]?.batches() ?? [])][0]?.voided[0]?.model).toHaveLength(200_000);
  });
});

describe("syncing", () => {
  function slowFiles() {
    const syncs: (() => void)[] = [];
    const files: JournalFiles = {
      ...systemJournalFiles,
      sync: () => new Promise((resolve) => void syncs.push(resolve)),
    };
    return { syncs, files };
  }

  test("interval: a sync follows 50 ms behind the write, and nobody waits for it", async () => {
    const { syncs, files } = slowFiles();
    const { journal, clock } = open({ files });
    journal.admit(admit(1));
    await journal.written();
    journal.admit(admit(2));
    await journal.written();
    clock.advance(49);
    await later();
    expect(syncs).toHaveLength(0);
    clock.advance(1);
    await until(() => expect(syncs).toHaveLength(1));
  });

  test("strict: written waits for a sync that began after the write, shared by all who wait", async () => {
    const { syncs, files } = slowFiles();
    const { journal } = open({ files, sync: "strict" });
    const done: number[] = [];
    const waits: Promise<unknown>[] = [];
    journal.admit(admit(1));
    waits.push(journal.written().then(() => done.push(1)));
    await until(() => expect(syncs).toHaveLength(1));
    journal.admit(admit(2));
    waits.push(journal.written().then(() => done.push(2)));
    waits.push(journal.written().then(() => done.push(3)));
    await later();
    expect(done).toEqual([]);
    syncs[0]?.();
    await until(() => expect(syncs).toHaveLength(2));
    expect(done).toEqual([1]);
    syncs[1]?.();
    await Promise.all(waits);
    expect(done).toEqual([1, 2, 3]);
    await journal.written();
  });
});

describe("a torn tail", () => {
  test("cut at each byte of the last frame, earlier frames are intact", async () => {
    const { journal } = open();
    for (const n of [1, 2]) {
      journal.admit(admit(n));
      journal.ceiling(ceiling(n));
    }
    await journal.written();
    const whole = journal.sizeBytes();
    journal.settle(settlementOf(settle(2)));
    await journal.written();
    const file = lastSegment();
    const bytes = readFileSync(file);
    const folder = onlyFolder();
    for (let size = whole; size < bytes.length; size++) {
      writeFileSync(file, bytes.subarray(0, size));
      const copy = join(root, "..", "copy");
      rmSync(copy, { recursive: true, force: true });
      cpSync(root, copy, { recursive: true });
      const findings: string[] = [];
      const [adopted] = adoptJournals({
        ...{ root: copy, self: SELF, isAlive: () => false },
        onFinding: ({ kind }) => void findings.push(kind),
      });
      expect(merge([...(adopted?.batches() ?? [])])).toEqual({ ...NOTHING, interrupted: [1, 2] });
      expect(findings).toEqual(size === whole ? [] : ["torn_tail"]);
    }
    writeFileSync(join(folder, segmentsOf(folder)[0] ?? ""), bytes);
    expect(adopt().found).toEqual({ ...NOTHING, settled: [2], interrupted: [1] });
  });

  test("a cut at any byte of any history leaves exactly what was whole", async () => {
    const step = fc.tuple(fc.constantFrom("ceiling", "settle", "void", "flushed"), fc.nat({ max: 5 }));
    const anyHistory = fc.tuple(fc.array(step, { maxLength: 30 }), fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(anyHistory, async ([steps, where]) => {
        rmSync(root, { recursive: true, force: true });
        const { journal } = open();
        const model = new Map<number, "voided" | "interrupted" | "settled" | "gone">();
        const states = [{ size: 0, model: new Map(model) }];
        for (const [name, n] of steps) {
          await apply(journal, model, [name, n]);
          states.push({ size: journal.sizeBytes(), model: new Map(model) });
        }
        const cut = Math.floor(where * journal.sizeBytes());
        truncateSync(lastSegment(), cut);
        const known = states.findLast(({ size }) => size <= cut)?.model ?? new Map();
        const expected = (state: string) =>
          [...known].flatMap(([n, s]) => (s === state ? [n] : [])).sort((a, b) => a - b);
        expect(adopt().found).toEqual({
          settled: expected("settled"),
          interrupted: expected("interrupted"),
          voided: expected("voided"),
        });
      }),
      { numRuns: 60 },
    );
  });

  /** One step of a request's life, as a model and as frames; a step that cannot follow is an admission or nothing. */
  async function apply(journal: Journal, model: Map<number, string>, [name, n]: readonly [string, number]) {
    const state = model.get(n);
    if (state === undefined) {
      journal.admit(admit(n));
      model.set(n, "voided");
    } else if (name === "ceiling" && (state === "voided" || state === "interrupted")) {
      journal.ceiling(ceiling(n));
      model.set(n, "interrupted");
    } else if (name === "settle" && state === "interrupted") {
      journal.settle(settlementOf(settle(n)));
      model.set(n, "settled");
    } else if (name === "void" && state === "voided") {
      journal.settle(settlementOf(voided(n)));
      model.set(n, "gone");
    } else if (name === "flushed" && state === "settled") {
      journal.flushed([requestHex(n)]);
      model.set(n, "gone");
    }
    await journal.written();
  }
});

describe("damage", () => {
  test("a flipped bit costs one frame: the segment is kept as .corrupt, the rest is read", async () => {
    const { journal } = open();
    journal.admit(admit(1));
    await journal.written();
    const start = journal.sizeBytes();
    journal.admit(admit(2));
    await journal.written();
    const end = journal.sizeBytes();
    journal.admit(admit(3));
    await journal.written();
    const bytes = readFileSync(lastSegment());
    for (let at = start; at < end; at += 3) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
      writeFileSync(lastSegment(), flipped);
      const copy = join(root, "..", "copy");
      rmSync(copy, { recursive: true, force: true });
      cpSync(root, copy, { recursive: true });
      const findings: string[] = [];
      const [adopted] = adoptJournals({
        ...{ root: copy, self: SELF, isAlive: () => false },
        onFinding: ({ kind }) => void findings.push(kind),
      });
      expect(merge([...(adopted?.batches() ?? [])]).voided).toEqual([1, 3]);
      expect(findings).toEqual(["corrupt_segment"]);
      adopted?.discard();
      const [kept] = readdirSync(copy);
      expect(kept).toMatch(/^replica\.100\.5000\.00000001\.seg\.corrupt$/);
      expect(readFileSync(join(copy, kept ?? ""))).toEqual(flipped);
    }
  });

  test("garbage at the end of a segment that is not the last is corruption, not a torn tail", async () => {
    const { journal } = open({ maxBytes: 8 * 200 });
    for (const n of [1, 2, 3]) {
      journal.admit(admit(n));
      await journal.written();
    }
    expect(segmentsOf(onlyFolder()).length).toBeGreaterThan(1);
    const first = join(onlyFolder(), "00000001.seg");
    truncateSync(first, readFileSync(first).length - 1);
    const { found, findings } = adopt();
    expect(findings.map(({ kind, subject }) => [kind, subject])).toEqual([["corrupt_segment", "00000001.seg"]]);
    expect(found.voided.at(-1)).toBe(3);
  });

  test("a ceiling whose admission is lost is reported and cannot be billed", async () => {
    const { journal } = open();
    journal.ceiling(ceiling(1));
    await journal.written();
    const { found, findings } = adopt();
    expect(found).toEqual(NOTHING);
    expect(findings).toEqual([
      { kind: "ceiling_without_admission", journal: "replica.100.5000", subject: requestHex(1) },
    ]);
  });

  test("a journal that a replica left before the frames were written by position is billed", async () => {
    const { journal } = open();
    await journal.written();
    const frameOf = (type: number, value: unknown) => {
      const payload = Buffer.from(JSON.stringify(value));
      const frame = Buffer.concat([Buffer.alloc(8), Buffer.of(1, type), payload]);
      frame.writeUInt32LE(payload.length + 2, 0);
      frame.writeUInt32LE(crc32c(frame, 8, frame.length), 4);
      return frame;
    };
    const frames = [
      ...[1, 2, 3].map((n) => frameOf(1, admit(n))),
      ...[1, 2].map((n) => frameOf(2, ceiling(n, 77))),
      frameOf(3, settle(1)),
    ];
    writeFileSync(lastSegment(), Buffer.concat(frames));
    const { found, findings, journals } = adopt();
    expect(findings).toEqual([]);
    expect(found).toEqual({ settled: [1], interrupted: [2], voided: [3] });
    const batches = [...(journals[0]?.batches() ?? [])];
    expect(batches[0]?.settled).toEqual([settle(1)]);
    expect(batches[1]?.interrupted).toEqual([[{ admit: admit(2), ceiling: ceiling(2, 77) }]]);
  });

  test("a journal of a newer release is left alone and reported", async () => {
    const { journal } = open();
    journal.admit(admit(1));
    await journal.written();
    const bytes = readFileSync(lastSegment());
    bytes.writeUInt8(FRAME_VERSION + 1, 8);
    bytes.writeUInt32LE(crc32c(bytes, 8, bytes.length), 4);
    writeFileSync(lastSegment(), bytes);
    const { journals, findings } = adopt();
    expect(journals).toEqual([]);
    expect(findings.map(({ kind }) => kind)).toEqual(["unknown_version"]);
    expect(readdirSync(root)).toEqual(["replica.100.5000"]);
    expect(readFileSync(lastSegment())).toEqual(bytes);
  });
});

describe("adoption", () => {
  async function leaveJournals(count: number) {
    for (let n = 1; n <= count; n++) {
      const { journal } = open({ replica: `replica-${n}`, owner: { ...DEAD, pid: 100 + n } });
      journal.admit(admit(n));
      await journal.written();
    }
  }

  test("three orphans and two starters: each journal is adopted once", async () => {
    await leaveJournals(3);
    const alive = [SELF, OTHER];
    const first = adopt(SELF, alive);
    const second = adopt(OTHER, alive);
    expect(first.found.voided).toEqual([1, 2, 3]);
    expect(second.journals).toEqual([]);
  });

  test("a starter that is overtaken between looking and claiming comes away empty-handed", async () => {
    await leaveJournals(1);
    const second: number[] = [];
    const first = adoptJournals({
      ...{ root, self: SELF, onFinding: () => {} },
      isAlive() {
        second.push(...adopt(OTHER, [OTHER]).found.voided);
        return false;
      },
    });
    expect(first).toEqual([]);
    expect(second).toEqual([1]);
  });

  test("the journal of a living process is left to it", async () => {
    await leaveJournals(2);
    const { found } = adopt(SELF, [SELF, { ...DEAD, pid: 101 }]);
    expect(found.voided).toEqual([2]);
  });

  test("what an adopter that died had claimed is adopted again", async () => {
    await leaveJournals(1);
    adopt(SELF, [SELF]);
    expect(adopt(OTHER, [OTHER]).found.voided).toEqual([1]);
    expect(readdirSync(root)).toHaveLength(1);
  });

  test("a discarded journal is gone", async () => {
    await leaveJournals(2);
    for (const journal of adopt().journals) journal.discard();
    expect(readdirSync(root)).toEqual([]);
  });

  test("a directory that was never finished is cleared away", async () => {
    open();
    const { renameSync } = await import("node:fs");
    renameSync(onlyFolder(), folderOf(".new-replica"));
    expect(adopt().journals).toEqual([]);
    expect(readdirSync(root)).toEqual([]);
  });

  test("a directory without a readable owner file is adopted", async () => {
    await leaveJournals(1);
    writeFileSync(join(onlyFolder(), "owner.json"), "{");
    expect(adopt().found.voided).toEqual([1]);
  });

  test("an empty or missing folder holds nothing", () => {
    expect(adopt().journals).toEqual([]);
    expect(adopt().journals).toEqual([]);
  });
});

describe("space", () => {
  const SMALL = { maxBytes: 16 * 1024, keepMs: 1000 };

  async function serve(journal: Journal, n: number) {
    journal.admit(admit(n));
    journal.ceiling(ceiling(n));
    journal.settle(settlementOf(settle(n)));
    await journal.written();
  }

  test("at its size the journal is full; flushing frees it, and nothing was dropped", async () => {
    const { journal } = open(SMALL);
    let n = 0;
    while (!journal.isFull()) await serve(journal, ++n);
    expect(journal.sizeBytes()).toBeGreaterThanOrEqual(SMALL.maxBytes);
    await serve(journal, ++n);
    expect(journal.isFull()).toBe(true);
    const all = Array.from({ length: n }, (_, i) => requestHex(i + 1));
    journal.flushed(all.slice(0, -2));
    await journal.written();
    await until(() => expect(journal.isFull()).toBe(false));
    expect(adopt().found.settled).toEqual([n - 1, n]);
  });

  test("a flushed segment stays for keepMs, an unflushed one for good", async () => {
    const { journal, clock } = open({ ...SMALL, maxBytes: 32 * 1024 });
    for (let n = 1; n <= 20; n++) await serve(journal, n);
    const before = segmentsOf(onlyFolder());
    expect(before.length).toBeGreaterThan(2);
    journal.flushed(Array.from({ length: 19 }, (_, i) => requestHex(i + 1)));
    await later();
    expect(segmentsOf(onlyFolder())).toEqual(before);
    clock.advance(1000);
    journal.flushed([]);
    await until(() => expect(segmentsOf(onlyFolder())).toEqual(before.slice(-1)));
    expect(adopt().found.settled).toEqual([20]);
  });

  test("a segment with an open request holds back all later ones", async () => {
    const { journal, clock } = open({ ...SMALL, maxBytes: 32 * 1024 });
    journal.admit(admit(0));
    journal.ceiling(ceiling(0));
    for (let n = 1; n <= 20; n++) await serve(journal, n);
    const before = segmentsOf(onlyFolder());
    journal.flushed(Array.from({ length: 20 }, (_, i) => requestHex(i + 1)));
    clock.advance(5000);
    journal.flushed([]);
    await later();
    expect(segmentsOf(onlyFolder())).toEqual(before);
    expect(adopt().found).toEqual({ ...NOTHING, interrupted: [0] });
  });

  test("closing removes the directory when the ledger has everything", async () => {
    const { journal } = open();
    await serve(journal, 1);
    journal.admit(admit(2));
    journal.settle(settlementOf(voided(2)));
    journal.flushed([requestHex(1)]);
    await journal.close();
    expect(readdirSync(root)).toEqual([]);
  });

  test("closing leaves what is not in the ledger for the next start", async () => {
    const { journal } = open();
    await serve(journal, 1);
    journal.admit(admit(2));
    await journal.close();
    expect(adopt().found).toEqual({ ...NOTHING, settled: [1], voided: [2] });
  });
});

describe("faults of the disk", () => {
  const failure = (code: string) => Object.assign(new Error(code), { code });

  test.each(["EIO", "EBADF"])(
    "%s on a write ends the process, once, and nobody is told that it was written",
    async (code) => {
      const files: JournalFiles = {
        ...systemJournalFiles,
        write() {
          throw failure(code);
        },
      };
      const { journal, fatal } = open({ files });
      journal.admit(admit(1));
      await expect(journal.written()).rejects.toMatchObject({ code: "ledger_unavailable" });
      journal.admit(admit(2));
      await expect(journal.written()).rejects.toMatchObject({ code: "ledger_unavailable" });
      expect(fatal).toHaveLength(1);
      expect(journal.isFull()).toBe(true);
    },
  );

  test("an error of a sync ends the process, with strict before anybody is told", async () => {
    const files: JournalFiles = { ...systemJournalFiles, sync: () => Promise.reject(failure("EIO")) };
    const { journal, fatal } = open({ files, sync: "strict" });
    journal.admit(admit(1));
    await expect(journal.written()).rejects.toMatchObject({ code: "ledger_unavailable" });
    expect(fatal).toHaveLength(1);
  });

  test("a full disk refuses admissions and goes on by itself when there is room again, half a frame included", async () => {
    let room = 100;
    const files: JournalFiles = {
      ...systemJournalFiles,
      write(fd, bytes) {
        if (room === 0) throw failure("ENOSPC");
        const count = systemJournalFiles.write(fd, bytes.subarray(0, room));
        room -= count;
        return count;
      },
    };
    const { journal, clock, fatal } = open({ files });
    journal.admit(admit(1));
    await expect(journal.written()).rejects.toMatchObject({ code: "ledger_unavailable" });
    expect(journal.isFull()).toBe(true);
    journal.settle(settlementOf(voided(1)));
    journal.admit(admit(2));
    room = 1_000_000;
    clock.advance(1000);
    expect(journal.isFull()).toBe(false);
    await journal.written();
    expect(fatal).toEqual([]);
    expect(adopt().found).toEqual({ ...NOTHING, voided: [2] });
  });
});
