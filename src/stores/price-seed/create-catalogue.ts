import { findProvider, type Provider } from "@pydantic/genai-prices";
import type { PackagedCatalogue } from "@/core/prices/import-report";
import type { PriceRow } from "@/core/prices/price";
import type { CatalogueModel } from "@/core/prices/price-book";
import { PROVIDER_IDS } from "@/core/vocabulary";
import { importPrices } from "./import-prices";
import { findModel, isMatch } from "./match-model";

/** The catalogue of the installed price package, with the report of its import. Takes some 20 ms: build it once. */
export function createCatalogue(): PackagedCatalogue {
  const providers = PROVIDER_IDS.flatMap((id) => findProvider({ providerId: id }) ?? []);
  const byId = new Map(providers.map((provider) => [provider.id, provider]));
  const { rows, report } = importPrices(providers);
  const byModel = new Map<string, PriceRow[]>();
  for (const row of rows) {
    const key = keyOf({ provider: row.provider ?? "", model: row.model });
    byModel.set(key, [...(byModel.get(key) ?? []), row]);
  }
  const hosts = providers.map(({ id, api_pattern }) => ({ id, pattern: new RegExp(`^(?:${api_pattern})`) }));
  return {
    rows,
    report,
    providers: providers.map(({ id }) => id),
    providerOf: (baseUrl) => hosts.find(({ pattern }) => pattern.test(baseUrl))?.id ?? null,
    matchModel(id, name) {
      const provider = id === null ? homeOf(name, providers) : byId.get(id);
      const found = provider === undefined ? null : findModel(provider, name, providers);
      return found === null ? null : { provider: found.provider.id, model: found.model.id };
    },
    rowsOf: (model) => byModel.get(keyOf(model)) ?? [],
  };
}

/** The provider whose own models are named like that. */
function homeOf(name: string, providers: readonly Provider[]): Provider | undefined {
  const wanted = name.toLowerCase().trim();
  return providers.find(({ model_match }) => model_match !== undefined && isMatch(model_match, wanted));
}

function keyOf({ provider, model }: CatalogueModel): string {
  return `${provider} ${model}`;
}
