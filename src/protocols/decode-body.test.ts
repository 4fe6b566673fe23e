import * as zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { type BodyEncoding, bodyEncoding, decodeBody } from "./decode-body";

const TEXT = Buffer.from(
  JSON.stringify({ model: "m", messages: Array.from({ length: 90 }, (_, index) => `text ${index * 7919}`) }),
);
const CODED: readonly [BodyEncoding, string, Buffer][] = [
  ["gzip", "gzip", zlib.gzipSync(TEXT)],
  ["deflate", "zlib", zlib.deflateSync(TEXT)],
  ["deflate", "bare deflate", zlib.deflateRawSync(TEXT)],
  ["br", "brotli", zlib.brotliCompressSync(TEXT)],
  ["zstd", "zstd", zlib.zstdCompressSync(TEXT)],
];
const LIMIT = 1 << 20;

describe("the content-encoding", () => {
  test.each([
    [undefined, "identity"],
    ["", "identity"],
    ["Identity", "identity"],
    [" GZIP ", "gzip"],
    ["deflate", "deflate"],
    ["br", "br"],
    ["zstd", "zstd"],
  ])("%j is read as %s", (header, encoding) => {
    expect(bodyEncoding(header)).toBe(encoding);
  });
  test.each(["gzip, gzip", "compress", "x-gzip", "gzip,br", "constructor"])("%s is unsupported", (header) => {
    expect(() => bodyEncoding(header)).toThrow("unsupported_encoding");
  });
});

describe("a coded body", () => {
  test.each(CODED)("%s (%s) is decoded", async (encoding, _, bytes) => {
    expect(Buffer.from(await decodeBody(bytes, encoding, LIMIT)).equals(TEXT)).toBe(true);
  });
  test.each(CODED)("%s (%s) with data behind its end is refused", async (encoding, _, bytes) => {
    await expect(decodeBody(Buffer.concat([bytes, Buffer.from("xx")]), encoding, LIMIT)).rejects.toThrow(
      "body_decode_failed",
    );
    await expect(decodeBody(Buffer.concat([bytes, Buffer.alloc(2)]), encoding, LIMIT)).rejects.toThrow(
      "body_decode_failed",
    );
  });
  test.each(CODED)("%s (%s) cut short, empty or of noise is refused", async (encoding, _, bytes) => {
    for (const broken of [bytes.subarray(0, -3), Buffer.alloc(0), Buffer.from("no such coding at all")]) {
      await expect(decodeBody(broken, encoding, LIMIT)).rejects.toThrow("body_decode_failed");
    }
  });
  test.each(CODED)("%s (%s) beyond the limit is too large", async (encoding, _, bytes) => {
    await expect(decodeBody(bytes, encoding, TEXT.length - 1)).rejects.toMatchObject({
      code: "body_too_large",
      params: { limitBytes: TEXT.length - 1 },
    });
    await expect(decodeBody(bytes, encoding, TEXT.length)).resolves.toHaveLength(TEXT.length);
  });
  test("a small body that expands more than a hundredfold is too large without being unpacked", async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(20_000_000));
    const before = process.memoryUsage().rss;
    await expect(decodeBody(bomb, "gzip", 32 << 20)).rejects.toThrow("body_too_large");
    expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
  });
  test("identity is the same object", async () => {
    expect(await decodeBody(TEXT, "identity", 1)).toBe(TEXT);
  });
});
