import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GOLDEN_VECTORS, type GoldenName, goldenRowsOf } from "@test/golden-prices";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { priceUsage } from "@/core/prices/price-usage";
import type { JsonRecord } from "../parse-json";
import type { Call, ReplyReading } from "../protocol";
import { gemini } from "./adapter";
import { geminiUsage } from "./read-usage";

const CHANNEL = { inputIncludesCache: false } as ChannelSnapshot;
const EVENT_STREAM = "text/event-stream; charset=utf-8";
const JSON_TYPE = "application/json; charset=UTF-8";
const FOLDER = fileURLToPath(new URL("./__fixtures__/", import.meta.url));
const NAMES = readdirSync(FOLDER);

const fixture = (name: string): Buffer => readFileSync(`${FOLDER}${name}`);
const isStreamed = (name: string) => !name.endsWith(".json");
const readerOf = (name: string) =>
  gemini.createReader({
    contentType: name.endsWith(".sse") ? EVENT_STREAM : JSON_TYPE,
    ...{ status: 200, injectedUsage: false, channel: CHANNEL, call: { stream: isStreamed(name) } as Call },
  });

type Relayed = {
  readonly out: string;
  readonly reading: ReplyReading;
  readonly first: string;
  readonly seam: string | null | undefined;
};

function relay(name: string, chunks: readonly Uint8Array[] = [fixture(name)]): Relayed {
  const reader = readerOf(name);
  const out = chunks.map((chunk) => Buffer.from(reader.push(chunk)));
  out.push(Buffer.from(reader.end()));
  const { seam } = { seam: reader.seam() };
  return { out: Buffer.concat(out).toString("latin1"), reading: reader.read(), first: reader.firstEvent(), seam };
}
const read = (name: string): ReplyReading => relay(name).reading;

describe("a recorded reply", () => {
  test.each(NAMES)("%s, cut anywhere, is relayed unchanged and read the same", (name) => {
    const bytes = fixture(name);
    const whole = relay(name);
    expect(whole.out).toBe(bytes.toString("latin1"));
    for (let at = 0; at <= bytes.length; at++) {
      const cut = relay(name, [bytes.subarray(0, at), bytes.subarray(at)]);
      if (cut.out !== whole.out) expect(cut.out, `cut at ${at}`).toBe(whole.out);
      expect(cut.reading, `cut at ${at}`).toEqual(whole.reading);
      expect([cut.first, cut.seam], `cut at ${at}`).toEqual([whole.first, whole.seam]);
    }
    expect(
      relay(
        name,
        Array.from(bytes, (byte) => Buffer.from([byte])),
      ),
    ).toEqual(whole);
  });

  test.each(NAMES.filter((name) => name.endsWith(".array")))("%s tells the same as events do", (name) => {
    const asEvents = fixture(name)
      .toString()
      .split(/^,\r$/m)
      .map((element) => `data: ${element.replace(/^\[|\]\s*$/g, "").replaceAll("\n", "\ndata: ")}\n\n`)
      .join("");
    expect(read(name)).toEqual(relay("x.sse", [Buffer.from(asEvents)]).reading);
  });
});

/** Fixture by golden vector, in each framing in which there is one. */
const GOLDEN: readonly (readonly [GoldenName, string])[] = [
  ...["thoughts.sse", "thoughts-lf.sse", "thoughts-cr.sse", "thoughts.array", "body.json"].map(
    (name) => ["G24", name] as const,
  ),
  ["G26", "modalities.json"],
  ...["grounded.sse", "grounded.array", "grounded.json"].map((name) => ["G27", name] as const),
];

describe("usage", () => {
  test.each(GOLDEN)("%s: %s is read in normal form and costs what the specification says", (vector, name) => {
    const { usage, at, channelPpm, costNanoUsd } = GOLDEN_VECTORS[vector];
    const found = read(name);
    expect(found).toMatchObject({ isComplete: true, error: null });
    expect(found.usage).toEqual(usage);
    const priced = { usage: found.usage ?? usage, model: "charlie", rows: goldenRowsOf, at, channelPpm };

    expect(priceUsage({ ...priced, groupPpm: 1_000_000 }).costNanoUsd).toBe(costNanoUsd);
  });

  test("G25: the tier of a long prompt", () => {
    const { usage } = GOLDEN_VECTORS.G25;
    expect(geminiUsage({ promptTokenCount: 200_001, candidatesTokenCount: 1000 }, 0)).toEqual(usage);
  });

  test.each([
    [null, null, "standard"],
    ["TRAFFIC_TYPE_UNSPECIFIED", null, "standard"],
    ["ON_DEMAND", "flex", "standard"],
    ["ON_DEMAND_PRIORITY", null, "priority"],
    ["ON_DEMAND_FLEX", null, "flex"],
    ["ON_DEMAND_OFFPEAK", null, "offpeak"],
    ["PROVISIONED_THROUGHPUT", null, "provisioned"],
    [null, "PRIORITY", "priority"],
    [null, "standard", "standard"],
  ])("the traffic type %j and the service tier %j are the tier %s", (trafficType, serviceTier, tier) => {
    expect(geminiUsage({ trafficType, serviceTier }, 0).tier).toBe(tier);
  });

  const list = (...entries: readonly (readonly [string, unknown])[]) =>
    entries.map(([modality, tokenCount]) => ({ modality, tokenCount }));
  test.each<readonly [string, JsonRecord, JsonRecord, readonly string[]]>([
    [
      "documents count as images, videos by themselves, in the prompt of tools, too",
      {
        ...{ promptTokenCount: 100, toolUsePromptTokenCount: 50 },
        promptTokensDetails: list(["DOCUMENT", 30], ["VIDEO", 20], ["TEXT", 50]),
        toolUsePromptTokensDetails: list(["IMAGE", 5]),
      },
      { input_text: 95, input_image: 35, input_video: 20 },
      [],
    ],
    [
      "what was read from the cache is taken out of its own modality",
      {
        ...{ promptTokenCount: 100, cachedContentTokenCount: 60 },
        promptTokensDetails: list(["VIDEO", 70], ["AUDIO", 30]),
        cacheTokensDetails: list(["VIDEO", 60]),
      },
      { input_video: 10, input_audio: 30, cache_read_video: 60 },
      [],
    ],
    [
      "more cached than prompt is cut",
      { promptTokenCount: 10, cachedContentTokenCount: 16 },
      { cache_read_text: 10 },
      ["usage_inconsistent"],
    ],
    [
      "more of a modality than there is at all is cut",
      { candidatesTokenCount: 10, candidatesTokensDetails: list(["AUDIO", 16]), thoughtsTokenCount: 2 },
      { output_audio: 10, output_text: 2 },
      ["usage_inconsistent"],
    ],
    [
      "what is no count counts as none",
      {
        ...{ promptTokenCount: "10", candidatesTokenCount: 1.9, thoughtsTokenCount: -3 },
        promptTokensDetails: [null, 7, { tokenCount: 3 }, { modality: "AUDIO" }],
        candidatesTokensDetails: "AUDIO",
      },
      { output_text: 1 },
      [],
    ],
  ])("%s", (...[, usage, counts, flags]) => {
    expect(geminiUsage(usage, 0)).toMatchObject({ flags, source: "upstream" });
    expect(geminiUsage(usage, 0).counts).toEqual(counts);
  });

  test("the classes sum to the totals and are never negative", () => {
    const count = fc.oneof(fc.integer({ min: -5, max: 2 ** 31 }), fc.constantFrom(null, undefined, "7", 1.5));
    const details = fc.array(
      fc.record({ modality: fc.constantFrom("TEXT", "AUDIO", "IMAGE", "VIDEO", "DOCUMENT", "X"), tokenCount: count }),
    );
    const usage = fc.record({
      ...{ promptTokenCount: fc.nat(), candidatesTokenCount: fc.nat(), thoughtsTokenCount: fc.nat() },
      ...{ cachedContentTokenCount: count, toolUsePromptTokenCount: fc.nat() },
      ...{ promptTokensDetails: details, cacheTokensDetails: details, candidatesTokensDetails: details },
      toolUsePromptTokensDetails: details,
    });
    fc.assert(
      fc.property(usage, (raw) => {
        const { counts } = geminiUsage(raw, 0);
        const sum = (pattern: RegExp) =>
          Object.entries(counts).reduce((total, [name, n]) => total + (pattern.test(name) ? n : 0), 0);
        expect(Object.values(counts).every((n) => Number.isSafeInteger(n) && n > 0)).toBe(true);
        expect(sum(/^(input|cache)/)).toBe(raw.promptTokenCount + raw.toolUsePromptTokenCount);
        expect(sum(/^output/)).toBe(raw.candidatesTokenCount + raw.thoughtsTokenCount);
      }),
    );
  });

  test("at the end of a stream alone, behind the last candidate", () => {
    expect(read("usage-at-end.sse")).toMatchObject({
      usage: { counts: { input_text: 7, output_text: 3 }, tier: "flex" },
      ...{ isComplete: true, contentEvents: 3 },
    });
  });

  test("of a stream that was cut before any count is none, whatever else it told", () => {
    const [first = ""] = fixture("usage-at-end.sse").toString().split("\r\n\r\n");
    const { reading } = relay("x.sse", [Buffer.from(`${first}\r\n\r\n`)]);
    expect(reading).toMatchObject({ usage: null, isComplete: false, contentEvents: 1, contentBytes: 4 });
  });

  test("of embeddings: of new models as told, with the modalities of their own spelling; of old ones none", () => {
    expect(read("embedding-with-usage.json")).toMatchObject({
      usage: { counts: { input_text: 4, input_image: 8 } },
      isComplete: true,
    });
    expect(read("embedding.json")).toMatchObject({ usage: null, isComplete: true, contentBytes: 0 });
  });
});

describe("how a reply ends", () => {
  test("a blocked prompt is complete and counts its input", () => {
    for (const name of ["blocked.sse", "blocked.json"]) {
      expect(read(name)).toMatchObject({ usage: { counts: { input_text: 12 } }, isComplete: true, error: null });
    }
  });

  test.each(["cut.sse", "cut.array"])("%s is not complete and keeps what was counted", (name) => {
    expect(read(name)).toMatchObject({
      usage: { counts: { input_text: 600, cache_read_text: 400, output_text: 960 }, reasoning: 800 },
      ...{ isComplete: false, error: null, contentEvents: 3 },
      contentBytes: Buffer.byteLength(
        '**Weighing** the questionHello, "wörld" 你好 {"usageMetadata":{"promptTokenCount":1}}]',
      ),
    });
  });

  test("a finish reason counts on the last candidate only", () => {
    const event = (finish: string) => `data: {"candidates":[{"index":0${finish}}]}\n\n`;
    const finished = event(',"finishReason":"STOP"');
    expect(relay("x.sse", [Buffer.from(event("") + finished)]).reading.isComplete).toBe(true);
    expect(relay("x.sse", [Buffer.from(finished + event(""))]).reading.isComplete).toBe(false);
  });

  test.each([
    ["error-first.sse", "error", 529, "UNAVAILABLE"],
    ["error-first.array", "error", 429, "RESOURCE_EXHAUSTED"],
    ["error-in-the-middle.sse", "content", 500, "INTERNAL"],
    ["error-in-the-middle.array", "content", 500, "INTERNAL"],
  ])("%s: first %s, an error that stands for %i", (...[name, first, status, type]) => {
    expect(relay(name)).toMatchObject({ first, reading: { isComplete: false, error: { status, type } } });
  });

  test("the arguments of a call are content where their names are", () => {
    expect(read("tool-call.sse")).toMatchObject({
      usage: { counts: { input_text: 90, output_text: 31 } },
      ...{ isComplete: true, contentEvents: 2, contentBytes: "I write it.one\ntwo".length },
    });
  });
});

describe("searches", () => {
  const grounded = (...queries: readonly (readonly string[])[]) => {
    const candidate = (webSearchQueries: readonly string[]) => ({ groundingMetadata: { webSearchQueries } });
    const event = (told: readonly string[]) => ({
      candidates: [candidate(told)],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
    });
    const text = queries.map((told) => `data: ${JSON.stringify(event(told))}\n\n`).join("");
    return relay("x.sse", [Buffer.from(text)]).reading.usage?.tools;
  };

  test("that are told again are not summed, further ones are", () => {
    expect(grounded(["a"], ["a", "b"], ["a", "b"])).toEqual({ google_search: 2 });
    expect(grounded(["a"], ["b"])).toEqual({ google_search: 2 });
    expect(grounded(["a", "a"])).toEqual({ google_search: 2 });
    expect(grounded([], [])).toEqual({});
  });

  test("of a stream that was cut before its usage are told by themselves", () => {
    const event = { candidates: [{ groundingMetadata: { webSearchQueries: ["a", "b"] } }] };
    const { reading } = relay("x.sse", [Buffer.from(`data: ${JSON.stringify(event)}\n\n`)]);
    expect(reading).toMatchObject({ usage: null, tools: { google_search: 2 } });
    expect(read("grounded.sse")).not.toHaveProperty("tools");
  });

  test("of all candidates count", () => {
    const candidate = { groundingMetadata: { webSearchQueries: ["a", "b"] }, finishReason: "STOP" };
    const usageMetadata = { promptTokenCount: 1 };
    const body = Buffer.from(JSON.stringify({ candidates: [candidate, candidate], usageMetadata }));
    expect(relay("x.json", [body]).reading.usage?.tools).toEqual({ google_search: 4 });
  });
});

describe("a stream that is one JSON array", () => {
  const seamAfter = (text: string) => {
    const reader = readerOf("x.array");
    reader.push(Buffer.from(text));
    return reader.seam();
  };

  test.each([
    ["", "["],
    [" \n", "["],
    ["[", ""],
    ['[{"a":1}', ","],
    ['[{"a":1}\n', ","],
    ['[{"a":1}\n,\r\n', ""],
    ['[{"a":1},{"b":"}', null],
    ['[{"a":[1]', null],
    ['[{"a":1}]', null],
    ['{"a":1}', null],
  ])("behind %j a further element goes on with %j", (text, seam) => {
    expect(seamAfter(text)).toBe(seam);
  });

  test("hands nothing out until its first element is whole", () => {
    const reader = readerOf("x.array");
    expect(reader.push(Buffer.from('[{"candidates":['))).toHaveLength(0);
    expect(reader.firstEvent()).toBe("none");
    expect(Buffer.from(reader.push(Buffer.from("]}"))).toString()).toBe('[{"candidates":[]}');
    expect(reader.firstEvent()).toBe("content");
    expect(reader.isStream).toBe(true);
  });

  test("tells how much of it is not read yet", () => {
    const reader = readerOf("x.array");
    reader.push(Buffer.from('[{"a":1},{"b":'));
    expect(reader.unreadBytes()).toBe(5);
  });

  test("that was not asked for, or one object where it was, is a body", () => {
    const object = '{"usageMetadata":{"promptTokenCount":3}}';
    expect(relay("x.array", [Buffer.from(object)])).toMatchObject({
      ...{ out: object, first: "content", seam: null },
      reading: { usage: { counts: { input_text: 3 } }, isComplete: true },
    });
    expect(readerOf("x.json")).toMatchObject({ isStream: false });
    expect(readerOf("x.json").seam()).toBeUndefined();
  });

  test.each(["sse", "array"])("an image of 3 MB in one element (%s) hides no usage", (kind) => {
    const element = {
      candidates: [{ content: { parts: [{ inlineData: { data: "A".repeat(3_000_000) } }] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1290 },
    };
    const text = JSON.stringify(element);
    const bytes = Buffer.from(kind === "sse" ? `data: ${text}\n\n` : `[${text}]`);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
      bytes.subarray(index * 65_536, (index + 1) * 65_536),
    );
    const { out, reading } = relay(`x.${kind}`, chunks);
    expect(out.length).toBe(bytes.length);
    expect(reading).toMatchObject({ usage: { counts: { input_text: 5, output_text: 1290 } }, isComplete: true });
  });
});
