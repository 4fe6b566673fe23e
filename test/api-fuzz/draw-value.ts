import type { Random } from "../seeded-random";
import { asSchema, type FuzzDocument, type JsonSchema, resolveSchema, schemasOf } from "./json-schema";

/** What drawing a value needs: where references lead, where chance comes from, and what is known to exist. */
export type DrawScene = {
  readonly document: FuzzDocument;
  readonly random: Random;
  /** A value that is known to mean something under that property name; undefined: none is known. */
  known(name: string): unknown;
};

/** Says that no value fits: `not: {}`. */
export const NOTHING = Symbol("no value fits");

/** Texts of which at least one fits every pattern and format that the API knows. */
const TEXTS = [
  ...["frontier", "gpt-4o", "claude-opus-4-1", "a", "Ада Лавлейс", "東京", "x y", "2", "0.5", "12.345678901", "100"],
  ...["2026-11-27T10:00:00Z", "2026-11-27T10:00:00+05:45", "2026-11-27T10:00", "9999-01-01T00:00:00Z", "09:30"],
  ...["ada@example.com", "https://api.example.com/v1", "10.0.0.0/8", "Asia/Kathmandu", "UTC", "en", "global"],
  ...["req_0199f0c1a2b37c4d8e5f60718293a4b5", "correct-horse-battery", "sk-upstream-0123456789", "unlimited", "00:05"],
  ...["user", "channel:1", "limits.put", "channels", "1,2", "settings: {}", "read", "calendar", "inherit"],
] as const;

/** A value that the schema allows, of moderate size; NOTHING when none can be. `name` is the property it is for. */
export function drawValue(schema: JsonSchema, name: string, scene: DrawScene): unknown {
  const { random, document } = scene;
  const resolved = resolveSchema(document, schema);
  if (resolved.not !== undefined && Object.keys(asSchema(resolved.not)).length === 0) return NOTHING;
  if (resolved.const !== undefined) return resolved.const;
  if (Array.isArray(resolved.enum)) return pick(resolved.enum, random);
  const choices = [...schemasOf(resolved.anyOf), ...schemasOf(resolved.oneOf)];
  if (choices.length > 0) return drawValue(pick(choices, random) ?? {}, name, scene);
  const kinds = [resolved.type].flat();
  return drawOfType(pick(kinds, random), { schema: resolved, name, scene });
}

type Draw = { readonly schema: JsonSchema; readonly name: string; readonly scene: DrawScene };

function drawOfType(type: unknown, draw: Draw): unknown {
  const { random } = draw.scene;
  switch (type) {
    case "object":
      return drawObject(draw);
    case "array":
      return drawArray(draw);
    case "string":
      return drawText(draw);
    case "integer":
    case "number":
      return drawNumber(draw);
    case "boolean":
      return random(2) === 1;
    case "null":
      return null;
    default:
      return pick([null, 1, "text", { a: [] }], random);
  }
}

function drawObject({ schema, scene }: Draw): object {
  const { random } = scene;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const given = Object.entries(asSchema(schema.properties)).filter(([name]) => required.has(name) || random(3) === 0);
  const drawn = given.map(([name, value]) => [name, drawValue(asSchema(value), name, scene)] as const);
  const extra = asSchema(schema.additionalProperties);
  const isRecord = given.length === 0 && Object.keys(extra).length > 0;
  const more = isRecord ? [["tool.web_search", drawValue(extra, "", scene)] as const] : [];
  return Object.fromEntries([...drawn, ...more].filter(([, value]) => value !== NOTHING));
}

function drawArray({ schema, name, scene }: Draw): readonly unknown[] {
  const least = Number(schema.minItems ?? 0);
  const most = Math.min(Number(schema.maxItems ?? 3), least + 3);
  const length = least + scene.random(most - least + 1);
  const items = Array.from({ length }, () => drawValue(asSchema(schema.items), name, scene));
  return items.filter((item) => item !== NOTHING);
}

function drawText({ schema, name, scene }: Draw): string {
  const known = scene.known(name);
  const candidates = [...(typeof known === "string" ? [known, known, known] : []), ...TEXTS].filter((text) =>
    isFitting(text, schema),
  );
  const text = pick(candidates, scene.random) ?? "x".repeat(Number(schema.minLength ?? 1));
  const isFree = schema.pattern === undefined && schema.format === undefined;
  return isFree && known === undefined && scene.random(2) === 0 ? `${text} ${scene.random(1_000_000)}` : text;
}

function isFitting(text: string, { minLength, maxLength, pattern }: JsonSchema): boolean {
  if (text.length < Number(minLength ?? 0) || text.length > Number(maxLength ?? Number.POSITIVE_INFINITY)) return false;
  return typeof pattern !== "string" || new RegExp(pattern, "u").test(text);
}

function drawNumber({ schema, name, scene }: Draw): number {
  const known = scene.known(name);
  if (typeof known === "number" && scene.random(5) > 0) return known;
  const least = Number(schema.minimum ?? 0);
  const most = Number(schema.maximum ?? 1_000_000);
  const span = Math.min(most - least, 1000);
  return pick([least, most, least + scene.random(span + 1), least + scene.random(span + 1)], scene.random) ?? least;
}

/** One of them; undefined when there is none. */
export function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items.length === 0 ? undefined : items[random(items.length)];
}
