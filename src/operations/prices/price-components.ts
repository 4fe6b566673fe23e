import type { FieldError } from "@/core/errors";
import { TOKEN_CLASSES } from "@/core/prices/price";
import { parseUnitPrice } from "@/core/prices/unit-price";
import type { OverridePriceInput } from "./schema";

/** A unit price above this is a slip of the pen: 1,000,000 USD per million tokens, in pico-USD per token. */
const MAX_PICO = 1_000_000_000_000n;
const SHORT = {
  input: "input_text",
  output: "output_text",
  cacheRead: "cache_read_text",
  cacheWrite: "cache_write",
  cacheWriteLong: "cache_write_long",
} as const;
const classes: ReadonlySet<string> = new Set([...TOKEN_CLASSES, "character", "image", "request", "audio_hour"]);

type Amounts = Pick<OverridePriceInput, keyof typeof SHORT | "components">;

/** The amounts of a price as pico-USD by component, and what is wrong with them. */
export function priceComponents(input: Amounts): {
  readonly components: Readonly<Record<string, bigint>>;
  readonly faults: readonly FieldError[];
} {
  const faults: FieldError[] = [];
  const components: Record<string, bigint> = {};
  const named = Object.entries(SHORT).map(([field, component]) => ({
    path: field,
    component: component as string,
    text: input[field as keyof typeof SHORT] ?? null,
  }));
  const listed = Object.entries(input.components).map(([component, text]) => ({
    path: `components.${component}`,
    component,
    text,
  }));
  for (const { path, component, text } of [...named, ...listed]) {
    if (text === null) continue;
    const code = faultOf(component, text, components);
    if (typeof code === "string") faults.push({ path, code });
    else components[component] = code;
  }
  return { components, faults };
}

function faultOf(component: string, text: string, taken: Readonly<Record<string, bigint>>): string | bigint {
  if (!isComponent(component)) return "component_unknown";
  if (taken[component] !== undefined) return "duplicate";
  const pico = parseUnitPrice(component, text);
  if (typeof pico !== "bigint") return "amount_invalid";
  return pico > limitOf(component) ? "out_of_range" : pico;
}

function isComponent(name: string): boolean {
  return (
    classes.has(name) ||
    /^tool\.[a-z0-9_]{1,50}$/.test(name) ||
    /^image\.[a-z0-9_-]{1,20}(\/[a-z0-9_-]{1,20})?$/.test(name)
  );
}

/** Counts of tokens are large and counts of other things small: those may cost up to 10,000 USD each. */
function limitOf(component: string): bigint {
  return component.includes("put_") || component.startsWith("cache_") || component === "character"
    ? MAX_PICO
    : MAX_PICO * 10_000n;
}
