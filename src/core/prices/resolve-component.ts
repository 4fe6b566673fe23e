type Components = Readonly<Record<string, bigint>>;

/** A unit price found for a counted thing: pico-USD, and whether another component stood in for it. */
export type ResolvedComponent = { readonly pico: bigint; readonly isFallback: boolean };

/**
 * The unit price of a token class, never free for want of a component: cache reads fall back to `cache_read_text`, the input of their
 * kind, `input_text`; long cache writes to short ones, then `input_text`; other inputs to `input_text`; outputs to `output_text`, then
 * `input_text`. Null when none of them is priced.
 */
export function resolveComponent(components: Components, tokenClass: string): ResolvedComponent | null {
  const own = components[tokenClass];
  if (own !== undefined) return { pico: own, isFallback: false };
  for (const name of standIns(tokenClass)) {
    const pico = components[name];
    if (pico !== undefined) return { pico, isFallback: true };
  }
  return null;
}

function standIns(tokenClass: string): readonly string[] {
  if (tokenClass.startsWith("cache_read_")) {
    return ["cache_read_text", tokenClass.replace("cache_read_", "input_"), "input_text"];
  }
  if (tokenClass === "cache_write_long") return ["cache_write", "input_text"];
  return tokenClass.startsWith("output_") ? ["output_text", "input_text"] : ["input_text"];
}
