import type { MatchLogic, ModelInfo, Provider } from "@pydantic/genai-prices";

/** A model of the catalogue and where it was found. */
export type FoundModel = { readonly provider: Provider; readonly model: ModelInfo };

const COMPACT_DATE = /-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g;

/** True when a name fits a rule of the catalogue. Texts compare without case, expressions as they are written. */
export function isMatch(rule: MatchLogic, name: string): boolean {
  if ("or" in rule) return rule.or.some((part) => isMatch(part, name));
  if ("and" in rule) return rule.and.every((part) => isMatch(part, name));
  if ("regex" in rule) return new RegExp(rule.regex).test(name);
  const lower = name.toLowerCase();
  if ("equals" in rule) return lower === rule.equals.toLowerCase();
  if ("starts_with" in rule) return lower.startsWith(rule.starts_with.toLowerCase());
  if ("ends_with" in rule) return lower.endsWith(rule.ends_with.toLowerCase());
  return lower.includes(rule.contains.toLowerCase());
}

/**
 * The model that a name means at a provider: its own first match, else that of a provider it resells, else the same with a date written as
 * 2024-08-06 instead of 20240806. Null when the catalogue has none.
 */
export function findModel(provider: Provider, name: string, providers: readonly Provider[]): FoundModel | null {
  const wanted = name.toLowerCase().trim();
  const dated = wanted.replace(COMPACT_DATE, "-$1-$2-$3");
  return (
    findExactly(provider, wanted, providers) ?? (dated === wanted ? null : findExactly(provider, dated, providers))
  );
}

function findExactly(provider: Provider, wanted: string, providers: readonly Provider[]): FoundModel | null {
  const model = provider.models.find((candidate) => isMatch(candidate.match, wanted));
  if (model !== undefined) return { provider, model };
  for (const id of provider.fallback_model_providers ?? []) {
    const other = providers.find((candidate) => candidate.id === id);
    const resold = other?.models.find((candidate) => isMatch(candidate.match, wanted));
    if (other !== undefined && resold !== undefined) return { provider: other, model: resold };
  }
  return null;
}
