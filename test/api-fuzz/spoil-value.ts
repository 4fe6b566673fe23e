import type { Random } from "../seeded-random";
import { pick } from "./draw-value";

/** What nobody expects in a field; each of them travels in JSON. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, 2 ** 31, 2 ** 63, -0.0000001],
  ...[
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "NaN",
    "null",
    "'; drop table users; --",
    "%00",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\u202e",
  ],
  ...["x".repeat(300), "x".repeat(70_000), "../../etc/passwd", "{jndi:ldap://x}", "=1+1", "<script>", "\n\r\t"],
  ...["9999999999999999999999", "0.0000000001", "99999999999999999.999999999", "2026-02-30T00:00:00Z", "+275760-09-13"],
  ...["-0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2026-11-27T25:00:00Z", "env:PATH", "file:/etc/passwd", "🦥"],
  ...[[], {}, [null], [[]], [{}], { a: 1 }, { toString: 1 }, Array.from({ length: 1000 }, () => 1)],
  ...[{ ["__proto__"]: { admin: true } }, { constructor: { prototype: {} } }],
];

/** The value with one place in it, however deep, replaced, removed or joined by something odd. */
export function spoilValue(value: unknown, random: Random): unknown {
  const entries = entriesOf(value);
  if (entries.length === 0 || random(4) === 0) return odd(random);
  const [name, inner] = pick(entries, random) ?? ["", null];
  const kind = random(8);
  if (kind === 0) return without(value, name);
  if (kind === 1 && !Array.isArray(value)) return { ...(value as object), [oddName(random)]: odd(random) };
  return replaced(value, name, kind < 5 ? odd(random) : spoilValue(inner, random));
}

const odd = (random: Random) => pick(ODD, random);
const oddName = (random: Random) =>
  pick(["__proto__", "constructor", "", "unknown", "id", "role", "toString", "version"], random) ?? "";

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function without(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.filter((_, index) => String(index) !== name);
  return Object.fromEntries(entriesOf(value).filter(([other]) => other !== name));
}

function replaced(value: unknown, name: string, by: unknown): unknown {
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === name ? by : item));
  return Object.fromEntries(entriesOf(value).map(([other, inner]) => [other, other === name ? by : inner]));
}
