import { describe, expect, test } from "vitest";
import { type BodyScan, governedFields, isScanError, scanBody } from "./scan-body";
import { caseAt, checkCase } from "./scan-body.contract";
import { spliceBody } from "./splice-body";

const FIELDS = governedFields(["model", "stream", "stream_options", "n"]);

function scan(text: string | Uint8Array): BodyScan {
  const result = scanBody(typeof text === "string" ? Buffer.from(text) : text, FIELDS);
  if (isScanError(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result;
}
function refusal(text: string | Uint8Array): unknown {
  const result = scanBody(typeof text === "string" ? Buffer.from(text) : text, FIELDS);
  return isScanError(result) ? result : null;
}
const memberValue = (result: BodyScan, name: string) => {
  const member = result.members.get(name);
  return member && JSON.parse(result.bytes.toString("utf8", member.valueStart, member.valueEnd));
};

describe("what a body may be", () => {
  test("governed members are found with spans, types and values", () => {
    const result = scan(' { "model" : "a/b" , "x":[1,{"model":"inner"}], "stream":true,"n":1e2,"stream_options":{} } ');
    expect(memberValue(result, "model")).toBe("a/b");
    expect(memberValue(result, "stream")).toBe(true);
    expect(memberValue(result, "n")).toBe(100);
    expect(result.members.get("stream_options")?.type).toBe("object");
    expect([...result.members.keys()]).toEqual(["model", "stream", "n", "stream_options"]);
  });

  test.each([
    ["", 0],
    ["{", 1],
    ["{]", 1],
    ['{"a"}', 4],
    ['{"a":}', 5],
    ['{"a":1,}', 7],
    ['{"a":1 "b":2}', 7],
    ['{"a":1}}', 7],
    ['{"a":01}', 6],
    ['{"a":{"b":}}', 10],
    ['{"a":[}}', 6],
    ['{"a":1.}', 7],
    ['{"a":.5}', 5],
    ['{"a":+1}', 5],
    ['{"a":1e}', 7],
    ['{"a":-}', 6],
    ['{"a":"\t"}', 6],
    ['{"a":"\\x"}', 6],
    ['{"a":"\\u12g4"}', 6],
    ['{"a":tru}', 5],
    ['{"a":nulL}', 5],
    ['{"a":[1,]}', 8],
    ["{'a':1}", 1],
    ['{"a":1}//c', 7],
    ['{"a":\u00a01}', 5],
    ['{"a":"b', 7],
    ["\ufeff\ufeff{}", 3],
    ["[1,", 3],
    ["nope", 0],
    ["{}{}", 2],
    ["[1] 2", 4],
  ])("%j is malformed at byte %i", (text, offset) => {
    expect(refusal(text)).toEqual({ code: "invalid_json", offset, reason: "malformed" });
  });

  test.each(["[]", '"text"', "1", "null", " true ", "[{}]"])("%s is valid JSON but no object", (text) => {
    expect(refusal(text)).toMatchObject({ code: "invalid_body", reason: "not_an_object" });
  });

  test.each([
    [Buffer.from('{"a":"\xff"}', "latin1"), 6],
    [Buffer.from('{"a":"\xc3"}', "latin1"), 6],
    [Buffer.concat([Buffer.from('{"a":"é€😀'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]), 15],
    [Buffer.concat([Buffer.from(`{"a":"${"é".repeat(40_000)}`), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]), 80_006],
    [Buffer.from([0xe2, 0x82]), 0],
  ])("text that is not UTF-8 is refused at its first bad byte (case %#)", (bytes, offset) => {
    expect(refusal(bytes)).toEqual({ code: "invalid_json", offset, reason: "not_utf8" });
  });

  test("512 levels pass and 513 do not", () => {
    const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
    expect(refusal(nested(512))).toBeNull();
    expect(refusal(nested(513))).toMatchObject({ code: "invalid_body", reason: "too_deep" });
    expect(refusal("[".repeat(100_000))).toMatchObject({ code: "invalid_body", reason: "too_deep" });
  });

  test("lone surrogates in escapes, a byte order mark and __proto__ are ordinary", () => {
    const result = scan('\ufeff{"a":"\\ud800","__proto__":{"model":"evil"},"model":"m"}');
    expect(result.start).toBe(3);
    expect(memberValue(result, "model")).toBe("m");
    expect(({} as Record<string, unknown>).model).toBeUndefined();
  });
});

describe("keys", () => {
  test("of duplicates the last wins and the earlier ones are marked", () => {
    const result = scan('{"model":"a", "x":1,"mod\\u0065l" : "b","model":"c"}');
    expect(memberValue(result, "model")).toBe("c");
    const sent = Buffer.concat(spliceBody(result, []).slices).toString();
    expect(sent).toBe('{ "x":1,"model":"c"}');
  });

  test("a governed key spelled with escapes is read and rewritten plainly", () => {
    const result = scan('{"\\u006dodel":"c"}');
    expect(memberValue(result, "model")).toBe("c");
    expect(Buffer.concat(spliceBody(result, []).slices).toString()).toBe('{"model":"c"}');
  });

  test.each(["Model", "MODEL", "ſtream", "\\u017ftream", "Stream_Options", "N", "ﬆream", "mod\\u0045l"])(
    "%s equals a governed key under case folding only and is refused",
    (key) => {
      expect(refusal(`{"model":"m","${key}":1}`)).toMatchObject({ code: "invalid_body", reason: "ambiguous_key" });
    },
  );

  test.each(["models", "mode", "model ", "mod\\u0065ls", "STREAMS", "модель", "n_", "stream\x7foptions"])(
    "%s is another key",
    (key) => {
      expect(refusal(`{"model":"m","${key}":1}`)).toBeNull();
    },
  );

  test("a look-alike inside a nested object is none of our business", () => {
    expect(refusal('{"model":"m","x":{"Model":"y"}}')).toBeNull();
  });
});

describe("sizes for the estimate", () => {
  const blob = "QUJD".repeat(1_200);
  test("long nested strings without a space count as blobs and not as text", () => {
    const text = `{"a":["${blob}","${blob}"]}`;
    const result = scan(text);
    expect(result.blobCount).toBe(2);
    expect(result.textBytes).toBe(text.length - 2 * blob.length);
  });
  test.each([
    ["a string of exactly 4,096 bytes", `{"a":["${"x".repeat(4_096)}"]}`],
    ["a string with a space in its first 4,096 bytes", `{"a":["${"x".repeat(4_095)} ${"x".repeat(4_096)}"]}`],
    ["a top-level string", `{"a":"${blob}"}`],
    ["a key", `{"a":{"${blob}":1}}`],
  ])("%s is text", (_, text) => {
    expect(scan(text)).toMatchObject({ blobCount: 0, textBytes: text.length });
  });
  test("a space behind the first 4,096 bytes does not make a blob text", () => {
    expect(scan(`{"a":["${"x".repeat(4_096)} x"]}`).blobCount).toBe(1);
  });
});

const CASES = 200_000;
const PART = 20_000;
test.each(Array.from({ length: CASES / PART }, (_, part) => part * PART))(
  "20,000 seeded bodies from %i are accepted, read and spliced as JSON.parse reads them",
  (from) => {
    for (let index = from; index < from + PART; index++) checkCase(caseAt(index));
  },
  60_000,
);

test("time grows with the size of the body, not with its square", () => {
  for (const unit of ["[", '{"a":', '"', "\\", '{"n":1,"x":2,', `["${"x".repeat(5_000)}",`]) {
    const text = Buffer.from(`{"x":${unit.repeat(Math.ceil(4_000_000 / unit.length))}`);
    expect(refusal(text)).not.toBeNull();
  }
  const duplicates = scan(`{${'"n":1,"x":2,'.repeat(200_000)}"n":3}`);
  expect(spliceBody(duplicates, []).slices).toHaveLength(1);
}, 20_000);
