import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildChannel } from "@test/build-deps";
import { openGateway } from "@test/open-gateway";
import type { ClientAnswer } from "@test/recording-reply";
import { SPOKEN, type SpokenPart, type SpokenReplies } from "@test/spoken-replies";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "@/core/errors";

// Acceptance tests 18 and 20 of protocols-and-pricing.md: how a reply may end, before and after its first byte (T10-T12, T14).

const INPUT_TOKEN = 2_500;
const OUTPUT_TOKEN = 10_000;
/** Of a body of 200 bytes. */
const ESTIMATED_INPUT = 50;
const DEADLINE_MS = 2_000;

type Kind = "stream" | "plain";
const KINDS: readonly Kind[] = ["stream", "plain"];

const spoken = (texts: readonly string[], fault?: ErrorCode): UpstreamAnswer => ({
  events: texts.map((text) => ({ afterMs: 200, text })),
  ...(fault === undefined ? {} : { fault }),
});

function open({ call, ...parts }: SpokenReplies, kind: Kind, answers: readonly UpstreamAnswer[]) {
  const headers = { "content-type": kind === "stream" ? "text/event-stream" : "application/json" };
  const scene = openGateway({
    channels: answers.map((_, index) =>
      buildChannel({ id: index + 1, baseUrl: `http://127.0.0.${index + 1}:1`, priority: index }),
    ),
    settings: { requestDeadlineMs: DEADLINE_MS },
    answer: ({ url }) => ({ headers, ...answers[Number(/127\.0\.0\.(\d)/.exec(url)?.[1]) - 1] }),
  });
  const fields = kind === "stream" ? { stream: true, stream_options: { include_usage: true } } : {};
  return { scene, parts: parts[kind], one: () => scene.one({ ...call, fields, bytes: 200 }) };
}

const textOf = (parts: readonly SpokenPart[]) => parts.map(({ text }) => text);
const costOf = (part: SpokenPart | undefined) =>
  (part?.input ?? ESTIMATED_INPUT) * INPUT_TOKEN + (part?.output ?? 0) * OUTPUT_TOKEN;

describe.each(SPOKEN.flatMap((given) => KINDS.map((kind) => ({ ...given, given, kind }))))(
  "a $kind reply of $id",
  ({ given, kind, failed }) => {
    const whole = given[kind];
    const texts = textOf(whole);
    const [first = ""] = texts;
    const half = first.slice(0, first.length / 2);

    type Before = readonly [string, UpstreamAnswer, ErrorCode];
    const silences: readonly Before[] = [
      ["without a head within connectMs or firstByteMs", { fault: "upstream_timeout" }, "upstream_timeout"],
      ["with a head and then nothing within idleMs", spoken([], "upstream_timeout"), "upstream_timeout"],
      ["reset before its head", { fault: "upstream_unreachable" }, "upstream_unreachable"],
      ["reset behind its head", spoken([], "upstream_truncated"), "upstream_truncated"],
      ["that ends before it began", spoken([]), "upstream_truncated"],
    ];
    const halves: readonly Before[] = [
      ["silent in the middle of its first event", spoken([half], "upstream_timeout"), "upstream_timeout"],
      ["reset in the middle of its first event", spoken([half], "upstream_truncated"), "upstream_truncated"],
    ];
    const before = kind === "stream" ? [...silences, ...halves] : silences;

    test.each(before)("%s is served by the next channel, as if there had been no other", async (_name, answer) => {
      const { scene, one } = open(given, kind, [answer, spoken(texts)]);
      expect(await one()).toMatchObject({ status: 200, body: texts.join(""), isBroken: false });
      expect(scene.left.entries).toMatchObject([
        { attempt: 1, outcome: "upstream_error", costNanoUsd: 0, costSource: "none", requests: 1 },
        { attempt: 2, outcome: "ok", costNanoUsd: costOf(whole.at(-1)), costSource: "upstream", requests: 0 },
      ]);
    });

    test.each(before)(
      "%s is told as a reply of ours by the last channel, and costs nothing",
      async (_name, answer, code) => {
        const { scene, one } = open(given, kind, [answer]);
        const { status, headers } = await one();
        expect([status, headers["x-sluice-code"]]).toEqual([code === "upstream_timeout" ? 504 : 502, code]);
        expect(scene.left.entries).toMatchObject([{ outcome: "upstream_error", costNanoUsd: 0, costSource: "none" }]);
        expect(scene.left.requests).toMatchObject([{ code, status }]);
      },
    );

    test("past the deadline before its first byte is 504, and no other channel is asked", async () => {
      const { scene, one } = open(given, kind, [{ latencyMs: 60_000 }, spoken(texts)]);
      const { status, headers } = await one();
      expect([status, headers["x-sluice-code"]]).toEqual([504, "request_deadline"]);
      expect([scene.upstream.sent, scene.upstream.open]).toEqual([1, 0]);
      expect(scene.left.entries).toMatchObject([{ outcome: "upstream_error", costNanoUsd: 0 }]);
    });

    test("past the deadline after its first byte goes on to its end", async () => {
      const slow = texts.map((text) => ({ afterMs: DEADLINE_MS, text }));
      const { scene, one } = open(given, kind, [
        { events: slow.map((event, index) => (index === 0 ? { ...event, afterMs: 200 } : event)) },
      ]);
      expect(await one()).toMatchObject({ status: 200, body: texts.join("") });
      expect(scene.left.entries).toMatchObject([{ outcome: "ok", costSource: "upstream" }]);
    });

    type After = readonly [string, UpstreamAnswer, { readonly code: ErrorCode | null; readonly isTold: boolean }];
    const cut = texts.slice(0, 2);
    const after: readonly After[] = [
      ["silent for idleMs", spoken(cut, "upstream_timeout"), { code: "upstream_timeout", isTold: true }],
      ["that breaks off", spoken(cut, "upstream_truncated"), { code: "upstream_truncated", isTold: true }],
      ["that ends without its end", spoken(cut), { code: "upstream_truncated", isTold: false }],
      ...(kind === "stream"
        ? ([["that fails in an event", spoken([...cut, failed]), { code: "upstream_error", isTold: false }]] as const)
        : []),
    ];
    test.each(after)(
      "%s after its first byte ends the client's, and is billed as seen",
      async (_name, answer, { code, isTold }) => {
        const { scene, one } = open(given, kind, [answer, spoken(texts)]);
        const got = await one();
        const relayed = (answer.events ?? []).map(({ text }) => text).join("");
        expect(got.status).toBe(200);
        expect(got.body.slice(0, relayed.length)).toBe(relayed);
        expectEnd(got, { kind, told: isTold ? code : null, relayed });
        expect(scene.upstream.sent).toBe(1);
        expect(scene.left.requests).toMatchObject([{ status: 200, outcome: "upstream_error", code }]);
        expect(scene.left.entries).toMatchObject([
          { outcome: "upstream_error", costSource: "estimated", costNanoUsd: costOf(whole[1]) },
        ]);
      },
    );

    test("cut behind its usage is billed by that", async () => {
      const seen = kind === "stream" ? 3 : 4;
      const { scene, one } = open(given, kind, [spoken(texts.slice(0, seen), "upstream_truncated")]);
      await one();
      expect(scene.left.entries).toMatchObject([{ outcome: "upstream_error", costNanoUsd: costOf(whole[seen - 1]) }]);
    });
  },
);

/** A stream is told of a failure in the stream; any other reply is broken off, so that it never looks complete (3.5, T12). */
function expectEnd(
  { body, isBroken, endedAt }: ClientAnswer,
  given: { kind: Kind; told: string | null; relayed: string },
) {
  const rest = body.slice(given.relayed.length);
  if (given.told === null) expect([rest, isBroken, endedAt === null]).toEqual(["", false, false]);
  else if (given.kind === "plain") expect([rest, isBroken, endedAt]).toEqual(["", true, null]);
  else {
    expect(rest).toContain(given.told);
    expect(rest.endsWith("\n\n")).toBe(true);
    expect(endedAt).not.toBeNull();
  }
}

describe.each(SPOKEN)("a stream of $id", (given) => {
  test("that begins with an error is served by the next channel, and the last one's is shown as it is (C8)", async () => {
    const texts = textOf(given.stream);
    const failing = spoken([given.failed]);
    const two = open(given, "stream", [failing, spoken(texts)]);
    expect(await two.one()).toMatchObject({ status: 200, body: texts.join("") });
    const last = open(given, "stream", [failing, failing]);
    expect((await last.one()).body).toBe(given.failed);
    expect(last.scene.left.entries).toMatchObject(Array(2).fill({ outcome: "upstream_error", costNanoUsd: 0 }));
  });
});
