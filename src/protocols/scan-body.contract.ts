import { isDeepStrictEqual } from "node:util";
import { type BodyScan, governedFields, isScanError, type ScanError, scanBody } from "./scan-body";
import { spliceBody } from "./splice-body";

/**
 * The differential contract of `scanBody` and `spliceBody` against `JSON.parse` (protocols-and-pricing.md 4.4): seeded bodies, many of them
 * broken, and the check that both sides agree. Run by the unit test in small and by `npm run fuzz` in large numbers.
 */
const NAMES = ["model", "stream", "stream_options", "max_tokens", "n"];
const FIELDS = governedFields(NAMES);
const DEPTH = 512;

type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const KEYS = [
  ...['"model"', '"model"', '"stream"', '"n"', '"max_tokens"', '"stream_options"', '"messages"', '"x"', '""'],
  ...['"mod\\u0065l"', '"\\u006e"', '"__proto__"', '"constructor"', '"ключ"', '"a\\"b"', '"models"', '"\\ud83d"'],
];
const LOOK_ALIKES = ['"Model"', '"ſtream"', '"\\u017Ftream"', '"max_to\u212aens"', '"N"', '"STREAM_options"'];
const SCALARS = [
  ...["0", "-0", "1", "1.5", "-12e3", "1E+400", "5e-324", "123456789012345678901234567890", "true", "false", "null"],
  ...[
    '""',
    '"a"',
    '"text with a few words in it"',
    '"\\n\\t\\\\\\/\\""',
    '"\\ud800"',
    '"\\uDBFF\\uDFFF"',
    '"é€😀"',
    '"\u2028"',
  ],
  ...[
    '"gpt-5-mini"',
    `"${"long ".repeat(12)}"`,
    `"${"0".repeat(37)}\\\\"`,
    '{"include_usage":false}',
    "[]",
    "{}",
    "[[],{}]",
  ],
];
const WHITE = ["", "", "", "", " ", "\n", "\t", "\r\n", "  "];
const INSERTS = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "\\",
  "/",
  "\0",
  "\ufeff",
  "\u00a0",
  "\x1f",
  "0",
  "e",
  "\\u",
  '"n":1,',
  "\x7f",
];

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random(items.length)] as Item;
}

function valueText(random: Random, depth: number): string {
  const kind = random(10);
  if (depth > 4 || kind < 6) return pick(random, SCALARS);
  const items = Array.from({ length: random(4) }, () => valueText(random, depth + 1));
  const white = pick(random, WHITE);
  if (kind < 8) return `[${white}${items.join(`${white},`)}${white}]`;
  return `{${white}${items.map((item) => `${pick(random, KEYS)}${white}:${item}`).join(`,${white}`)}}`;
}

function deepText(random: Random): string {
  const levels = 509 + random(5);
  const [open, close] = random(2) === 0 ? ["[", "]"] : ['{"k":', "}"];
  return open.repeat(levels) + (open === "[" ? "" : "1") + close.repeat(levels);
}

function documentText(random: Random): string {
  const members = Array.from({ length: random(7) }, () => {
    const key = random(60) === 0 ? pick(random, LOOK_ALIKES) : pick(random, KEYS);
    const value = random(150) === 0 ? deepText(random) : valueText(random, 0);
    return `${pick(random, WHITE)}${key}${pick(random, WHITE)}:${pick(random, WHITE)}${value}${pick(random, WHITE)}`;
  });
  const text = `{${members.join(",")}${members.length === 0 ? pick(random, WHITE) : ""}}`;
  const wrapped = random(40) === 0 ? `[${text}]` : text;
  return `${random(20) === 0 ? "\ufeff" : ""}${pick(random, WHITE)}${wrapped}${pick(random, WHITE)}`;
}

function mutate(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1);
  const head = bytes.subarray(0, at);
  switch (random(4)) {
    case 0:
      return Buffer.concat([head, Buffer.from(pick(random, INSERTS)), bytes.subarray(at)]);
    case 1:
      return Buffer.concat([head, bytes.subarray(at + 1 + random(3))]);
    case 2:
      return Buffer.concat([head, Buffer.from([random(256)]), bytes.subarray(at + 1)]);
    default: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] as number) ^ (1 << random(8));
      return flipped;
    }
  }
}

/** The seeded body number `seed`: a document of ours, mutated up to three times in most cases. */
export function caseAt(seed: number): Uint8Array {
  const random = randomFrom(seed);
  let bytes: Buffer = Buffer.from(documentText(random));
  for (let left = Math.max(0, random(6) - 2); left > 0; left--) bytes = mutate(bytes, random);
  return bytes;
}

function parse(bytes: Uint8Array): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return null;
  }
}

/** Deepest nesting of a valid document. */
function nesting(bytes: Uint8Array): number {
  const outline = Buffer.from(bytes)
    .toString("latin1")
    .replace(/"(?:[^"\\]|\\.)*"/g, "");
  let open = 0;
  let deepest = 0;
  for (const character of outline) {
    if (character === "{" || character === "[") deepest = Math.max(deepest, ++open);
    else if (character === "}" || character === "]") open--;
  }
  return deepest;
}

function isAmbiguous(value: object): boolean {
  return Object.keys(value).some((key) => {
    return !NAMES.includes(key) && NAMES.some((name) => new RegExp(`^${name}$`, "iu").test(key));
  });
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Throws when scanner or splicer disagree with `JSON.parse` about a body. */
export function checkCase(bytes: Uint8Array): void {
  const value = parse(bytes)?.value;
  const scan = scanBody(bytes, FIELDS);
  if (isScanError(scan)) {
    demand(scan.offset >= 0 && scan.offset <= bytes.length, "the offset of a fault lies in the body");
    demand(isRightRefusal(scan.reason, bytes, value), `refused as ${scan.reason} what is not`);
    return;
  }
  if (!isRecord(value)) throw new Error("accepted what JSON.parse refuses");
  demand(!isAmbiguous(value), "accepted a look-alike key");
  demand(nesting(bytes) <= DEPTH, "accepted what is too deep");
  checkMembers(scan, value);
  checkSplices(scan, bytes, value);
}

/** `value` is what the reference parsed, undefined when it could not. */
function isRightRefusal(reason: ScanError["reason"], bytes: Uint8Array, value: unknown): boolean {
  if (value === undefined) return reason !== "not_an_object";
  if (!isRecord(value)) return reason === "not_an_object" || reason === "too_deep";
  return reason === "too_deep" ? nesting(bytes) > DEPTH : reason === "ambiguous_key" && isAmbiguous(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkMembers(scan: BodyScan, value: Record<string, unknown>): void {
  for (const name of NAMES) {
    const member = scan.members.get(name);
    demand((member !== undefined) === Object.hasOwn(value, name), `found ${name} where it is not, or missed it`);
    if (member === undefined) continue;
    const own = JSON.parse(scan.bytes.toString("utf8", member.valueStart, member.valueEnd));
    demand(isDeepStrictEqual(own, value[name]), `another value of ${name}`);
    const type = Array.isArray(own) ? "array" : own === null ? "null" : typeof own;
    demand(member.type === type, `another type of ${name}`);
  }
}

function checkSplices(scan: BodyScan, bytes: Uint8Array, value: Record<string, unknown>): void {
  const plain = joined(spliceBody(scan, []));
  demand(isDeepStrictEqual(parse(plain)?.value, value), "the untouched body has another value");
  const again = scanBody(plain, FIELDS);
  if (isScanError(again)) throw new Error("the spliced body is refused");
  demand(again.removed.length === 0, "a duplicate is left");
  demand(
    [...again.members.values()].every((member) => member.isPlainKey),
    "an escaped governed key is left",
  );
  if (scan.removed.length === 0 && [...scan.members.values()].every((member) => member.isPlainKey)) {
    demand(Buffer.compare(plain, bytes.subarray(scan.start)) === 0, "bytes changed without a splice");
  }
  const model = scan.members.get("model");
  if (model === undefined) return;
  const spliced = joined(spliceBody(scan, [{ start: model.valueStart, end: model.valueEnd, text: '"mapped"' }]));
  demand(
    isDeepStrictEqual(parse(spliced)?.value, { ...value, model: "mapped" }) || hasOwnProto(value),
    "a splice differs",
  );
}

/** A spread copies an own `__proto__` into the prototype, so such a value cannot be patched that way. */
function hasOwnProto(value: Record<string, unknown>): boolean {
  return Object.hasOwn(value, "__proto__");
}

function joined(body: ReturnType<typeof spliceBody>): Buffer {
  const bytes = Buffer.concat(body.slices);
  demand(bytes.length === body.contentLength, "the content length is wrong");
  return bytes;
}
