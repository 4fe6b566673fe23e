import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "./crc32c";

const bytes = (text: string) => Buffer.from(text);

test.each([
  ["", 0],
  ["a", 0xc1d04330],
  ["123456789", 0xe3069283],
  ["The quick brown fox jumps over the lazy dog", 0x22620404],
])("the checksum of %j is known", (text, expected) => {
  expect(crc32c(bytes(text), 0, text.length)).toBe(expected);
});

test("32 zero bytes and 32 0xff bytes, the vectors of RFC 3720", () => {
  expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff), 0, 32)).toBe(0x62a8ab43);
});

test("only the range counts, at any alignment", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 9 }), (inner, outer) => {
      const whole = Buffer.concat([outer, inner, outer]);
      expect(crc32c(whole, outer.length, outer.length + inner.length)).toBe(crc32c(inner, 0, inner.length));
    }),
  );
});
