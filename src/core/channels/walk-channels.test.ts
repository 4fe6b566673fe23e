import { describe, expect, test } from "vitest";
import type { Overflow } from "../vocabulary";
import { type SlotAnswer, type WaitAnswer, walkChannels } from "./walk-channels";

type Given = {
  id: number;
  priority: number;
  overflow?: Overflow;
  /** Answers to `tryAcquire`, one after the other; the last one stays. */
  tries?: SlotAnswer<string>["kind"][];
  wait?: "granted" | "timeout" | "gone" | "full" | "cancelled" | "rate_limited";
};

/** Walks candidates that are idle unless told; says who was asked (`2`) or waited for (`2w`) and what came of it. */
async function walk(given: readonly Given[]) {
  const asked: string[] = [];
  const order = given.map(({ id, priority, overflow = "spill", tries = ["granted"], wait = "granted" }) => ({
    ...{ channel: { id, priority }, overflow, tries: [...tries], wait },
  }));
  type Candidate = (typeof order)[number];
  const walked = await walkChannels<Candidate, string>(order, {
    tryAcquire({ channel: { id }, tries }) {
      asked.push(String(id));
      const kind = (tries.length > 1 ? tries.shift() : tries[0]) ?? "granted";
      if (kind === "granted") return { kind, slot: `slot ${id}` };
      return kind === "rate_limited" ? { kind, retryAfterMs: null } : { kind };
    },
    async acquire({ channel: { id }, wait }): Promise<WaitAnswer<string>> {
      asked.push(`${id}w`);
      if (wait === "granted") return { kind: wait, slot: `slot ${id}` };
      if (wait === "full") return { kind: wait, by: "queue", retryAfterMs: null };
      return wait === "gone" || wait === "cancelled" ? { kind: wait } : { kind: wait, retryAfterMs: null };
    },
  });
  const rejections = walked.kind === "cancelled" ? [] : walked.rejections;
  const passed = walked.kind === "cancelled" ? [] : walked.busy.map(({ channel }) => channel.id);
  const got = walked.kind === "granted" ? walked.candidate.channel.id : walked.kind;
  return { asked: asked.join(" "), got, passed, refused: rejections.map(({ rejection }) => rejection.kind).join(" ") };
}

const busy: Given["tries"] = ["busy"];

describe("walkChannels", () => {
  test("answers at once when the first channel has a slot", () => {
    const order = [{ channel: { id: 1, priority: 0 }, overflow: "stay" as const }];
    const acquire = () => Promise.reject(new Error("nobody waits"));
    const walked = walkChannels(order, { tryAcquire: () => ({ kind: "granted", slot: 7 }), acquire });
    expect(walked).toEqual({ kind: "granted", candidate: order[0], slot: 7, rejections: [], busy: [] });
    expect(walkChannels([], { tryAcquire: () => ({ kind: "busy" }), acquire })).toEqual({
      kind: "none",
      rejections: [],
      busy: [],
    });
  });

  test.each<[string, Given[], string, number | string]>([
    [
      "spill goes on to a lower priority",
      [
        { id: 1, priority: 1, tries: busy },
        { id: 2, priority: 2 },
      ],
      "1 2",
      2,
    ],
    [
      "group stays in its priority",
      [
        { id: 1, priority: 1, overflow: "group", tries: busy },
        { id: 3, priority: 1, tries: busy },
        { id: 2, priority: 2 },
      ],
      "1 3 1w",
      1,
    ],
    [
      "group takes a free channel of its priority first",
      [
        { id: 1, priority: 1, overflow: "group", tries: busy },
        { id: 3, priority: 1 },
        { id: 2, priority: 2 },
      ],
      "1 3",
      3,
    ],
    [
      "group with a full queue goes on",
      [
        { id: 1, priority: 1, overflow: "group", tries: busy, wait: "full" },
        { id: 2, priority: 2 },
      ],
      "1 1w 2",
      2,
    ],
    [
      "stay queues at once",
      [
        { id: 1, priority: 1, overflow: "stay", tries: busy },
        { id: 2, priority: 1 },
      ],
      "1 1w",
      1,
    ],
    [
      "stay with a full queue goes on",
      [
        { id: 1, priority: 1, overflow: "stay", tries: busy, wait: "full" },
        { id: 2, priority: 2 },
      ],
      "1 1w 2",
      2,
    ],
    [
      "when all are busy, the first with room in its queue is waited for",
      [
        { id: 1, priority: 1, tries: busy, wait: "full" },
        { id: 2, priority: 2, tries: busy },
        { id: 3, priority: 2, tries: busy },
      ],
      "1 2 3 1w 2w",
      2,
    ],
    [
      "a full queue is asked once",
      [
        { id: 1, priority: 1, overflow: "stay", tries: busy, wait: "full" },
        { id: 2, priority: 2, tries: busy, wait: "full" },
      ],
      "1 1w 2 2w",
      "none",
    ],
    [
      "after a time-out the others are asked without waiting, and nobody is waited for again",
      [
        { id: 1, priority: 1, tries: busy, wait: "timeout" },
        { id: 2, priority: 2, tries: busy },
        { id: 3, priority: 2, tries: ["busy", "granted"] },
      ],
      "1 2 3 1w 2 3",
      3,
    ],
    [
      "a time-out at one that stays leads to the others too",
      [
        { id: 1, priority: 1, overflow: "stay", tries: busy, wait: "timeout" },
        { id: 2, priority: 2 },
      ],
      "1 1w 2",
      2,
    ],
    [
      "a channel that goes away leaves its waiters to the others",
      [
        { id: 1, priority: 1, tries: busy, wait: "gone" },
        { id: 2, priority: 2, tries: busy },
      ],
      "1 2 1w 2",
      "none",
    ],
    [
      "a request that nobody waits for is asked for nowhere else",
      [
        { id: 1, priority: 1, overflow: "stay", tries: busy, wait: "cancelled" },
        { id: 2, priority: 2 },
      ],
      "1 1w",
      "cancelled",
    ],
    [
      "a channel out of budget, or out for another reason, is passed over and not waited for",
      [
        { id: 1, priority: 1, overflow: "stay", tries: ["rate_limited"] },
        { id: 2, priority: 1, overflow: "group", tries: ["skipped"] },
        { id: 3, priority: 2 },
      ],
      "1 2 3",
      3,
    ],
  ])("%s", async (...[, given, asked, got]) => {
    expect(await walk(given)).toMatchObject({ asked, got });
  });

  test("tells every rejection in the order in which it came", async () => {
    const { refused, got } = await walk([
      { id: 1, priority: 1, overflow: "stay", tries: busy, wait: "full" },
      { id: 2, priority: 2, tries: ["rate_limited"] },
      { id: 3, priority: 3, tries: busy, wait: "timeout" },
    ]);
    expect([got, refused]).toEqual(["none", "full rate_limited timeout rate_limited"]);
  });

  test("tells who was at capacity and was not asked to queue afterwards", async () => {
    const taken = await walk([
      { id: 1, priority: 1, tries: busy },
      { id: 2, priority: 1, overflow: "stay", tries: busy, wait: "full" },
      { id: 3, priority: 2 },
    ]);
    expect(taken).toMatchObject({ got: 3, passed: [1], refused: "full" });
    const inVain = await walk([
      { id: 1, priority: 1, tries: busy, wait: "timeout" },
      { id: 2, priority: 2, tries: busy },
    ]);
    expect(inVain).toMatchObject({ got: "none", passed: [2], refused: "timeout" });
  });
});
