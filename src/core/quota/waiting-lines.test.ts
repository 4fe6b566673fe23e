import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { createWaitingLines, type Turn, type Waiting } from "./waiting-lines";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

type Given = Partial<Waiting<string>> & { readonly isHeld?: boolean };

/** Lines, and requests in them whose turns the test decides. */
function open() {
  const clock = fakeClock();
  const lines = createWaitingLines<string>(clock);
  const asked: string[] = [];
  const dropped: string[] = [];
  const results: Record<string, string> = {};
  /** Buckets without room, by id. */
  const full = new Set<string>();
  const held = new Map<string, (turn: Turn<string>) => void>();
  const answer = (name: string, buckets: readonly string[]): Turn<string> => {
    const busy = buckets.find((id) => full.has(id));
    if (busy === undefined) return { isOver: true, result: `${name} in` };
    return { isOver: false, bucket: busy, result: `${name} refused by ${busy}` };
  };
  const later = (name: string) => new Promise<Turn<string>>((resolve) => held.set(name, resolve));
  const wait = (name: string, given: Given = {}): (() => void) => {
    const { buckets = ["a"], isHeld = false } = given;
    const waiting = lines.wait(
      {
        ...{ userId: 7, bucket: buckets[0] ?? "", buckets, refusal: `${name} refused at first`, ...given },
        ask() {
          asked.push(name);
          return isHeld ? later(name) : answer(name, buckets);
        },
        drop: (result) => void dropped.push(result),
      },
      "gone",
    );
    const note = (result: string) => Object.assign(results, { [name]: result });
    void waiting.result.then(note);
    return waiting.leave;
  };
  return { clock, lines, asked, dropped, results, full, held, wait };
}

describe("waiting lines (quota.md Q35)", () => {
  test("who came first is asked first, and who stands behind one without room is not asked", async () => {
    const { lines, full, wait, asked, results } = open();
    full.add("a");
    for (const name of ["one", "two", "three"]) wait(name);
    lines.wake(7);
    await turn();
    expect(asked.splice(0)).toEqual(["one"]);
    full.clear();
    lines.wake(7);
    await turn();
    expect(asked).toEqual(["one", "two", "three"]);
    expect(results).toEqual({ one: "one in", two: "two in", three: "three in" });
    expect(lines.waiting()).toBe(0);
  });

  test("a line goes on for as long as its head gets an answer for good", async () => {
    const { lines, wait, asked, results, full } = open();
    full.add("b");
    wait("fits");
    wait("stays", { buckets: ["a", "b"] });
    wait("behind", { buckets: ["b"] });
    lines.wake(7);
    await turn();
    expect([asked, results]).toEqual([["fits", "stays"], { fits: "fits in" }]);
  });

  test("requests for another bucket, and other users, are not held up", async () => {
    const { lines, full, wait, results } = open();
    full.add("a");
    wait("first");
    wait("other bucket", { buckets: ["b"] });
    wait("both", { buckets: ["b", "a"], bucket: "a" });
    wait("other user", { userId: 8, buckets: ["c"] });
    expect(lines.busyBucket(7, [{ id: "c" }, { id: "b" }])).toBe("b");
    expect(lines.busyBucket(7, [{ id: "c" }])).toBeNull();
    expect(lines.busyBucket(9, [{ id: "a" }])).toBeNull();
    lines.wake(7);
    lines.wake(8);
    await turn();
    expect(results).toEqual({ "other bucket": "other bucket in", "other user": "other user in" });
  });

  test("without a wake the head asks again every 200 ms", async () => {
    const { clock, full, wait, asked } = open();
    full.add("a");
    wait("one");
    for (let tick = 0; tick < 4; tick++) {
      clock.advance(200);
      await turn();
    }
    expect(asked).toHaveLength(4);
  });

  test("after 2 s a wait ends with the last refusal, and no timer is left", async () => {
    const { clock, lines, full, wait, results } = open();
    full.add("b");
    wait("asked", { buckets: ["a", "b"] });
    wait("never asked", { buckets: ["a", "b"] });
    clock.advance(200);
    await turn();
    clock.advance(1_799);
    await turn();
    expect(results).toEqual({});
    clock.advance(1);
    await turn();
    expect(results).toEqual({ asked: "asked refused by b", "never asked": "never asked refused at first" });
    expect([lines.waiting(), clock.pending()]).toEqual([0, 0]);
  });

  test("256 wait for one bucket; the next is refused at once while another bucket still takes some", async () => {
    const { lines, wait, results } = open();
    for (let index = 0; index < 256; index++) wait(`${index}`);
    wait("too many");
    wait("elsewhere", { buckets: ["b"] });
    await turn();
    expect(results).toEqual({ "too many": "too many refused at first" });
    expect(lines.waiting()).toBe(257);
  });

  test("2,000 wait on a replica, over all users", async () => {
    const { lines, wait, results } = open();
    for (let index = 0; index < 2_000; index++) wait(`${index}`, { userId: index % 100 });
    wait("too many", { userId: 1_000 });
    await turn();
    expect(results).toEqual({ "too many": "too many refused at first" });
    expect(lines.waiting()).toBe(2_000);
  });

  test("one that leaves frees its place and is asked for no more", async () => {
    const { clock, lines, wait, asked, results } = open();
    const leave = wait("leaves");
    wait("stays");
    leave();
    leave();
    lines.wake(7);
    await turn();
    expect(asked).toEqual(["stays"]);
    expect(results).toEqual({ leaves: "gone", stays: "stays in" });
    expect(clock.pending()).toBe(0);
  });

  test("what comes for one that left meanwhile is taken back", async () => {
    const { lines, wait, held, dropped, results } = open();
    const leave = wait("leaves", { isHeld: true });
    lines.wake(7);
    await turn();
    leave();
    held.get("leaves")?.({ isOver: true, result: "admitted" });
    await turn();
    expect([results, dropped]).toEqual([{ leaves: "gone" }, ["admitted"]]);
  });

  test("one whose time is over while it is asked for gets the answer", async () => {
    const { clock, lines, wait, held, dropped, results } = open();
    wait("late", { isHeld: true });
    lines.wake(7);
    clock.advance(2_000);
    held.get("late")?.({ isOver: true, result: "admitted" });
    await turn();
    expect([results, dropped]).toEqual([{ late: "admitted" }, []]);
  });

  test("one whose time ended while another was asked for is not asked for any more", async () => {
    const { clock, lines, wait, held, asked, dropped, results } = open();
    wait("slow", { isHeld: true });
    wait("over");
    lines.wake(7);
    clock.advance(2_000);
    await turn();
    expect(results).toEqual({ over: "over refused at first" });
    held.get("slow")?.({ isOver: true, result: "slow in" });
    await turn();
    expect([asked, dropped]).toEqual([["slow"], []]);
  });

  test("a wake while the line is asked makes one more round", async () => {
    const { lines, full, wait, held, results } = open();
    full.add("a");
    wait("one", { isHeld: true });
    lines.wake(7);
    lines.wake(7);
    lines.wake(7);
    held.get("one")?.({ isOver: false, bucket: "a", result: "no room" });
    await turn();
    held.get("one")?.({ isOver: true, result: "one in" });
    await turn();
    expect(results).toEqual({ one: "one in" });
  });
});
