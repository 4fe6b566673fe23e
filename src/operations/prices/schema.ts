import { z } from "zod";
import { UNPRICED_MODELS } from "@/core/vocabulary";
import {
  because,
  idField,
  instant,
  instantField,
  listOf,
  modelName,
  noInput,
  orDefault,
  searchField,
  strict,
  text,
  whole,
} from "../references";

const decimal = z.string(because("amount_invalid")).regex(/^\d{1,9}(\.\d{1,12})?$/, "amount_invalid");
/** `*` prices every model that has no price of its own, with the setting `unpricedModels: default_price`. */
const pricedModel = z.union([z.literal("*"), modelName], because("model_name_invalid"));
const daySecond = whole(0, 86_399);

/** Fields of a price; shared by form, REST and the provisioning file. Amounts are USD per million tokens, of components in their own unit. */
export const priceFields = {
  model: pricedModel,
  input: decimal.nullish(),
  output: decimal.nullish(),
  cacheRead: decimal.nullish(),
  cacheWrite: decimal.nullish(),
  cacheWriteLong: decimal.nullish(),
  /** Further components: `output_image`, `tool.web_search` (USD per thousand), `image` or `image.1024x1024/hd` (each), `audio_hour` (per hour). */
  components: orDefault(z.record(text(60), decimal, because("component_unknown")), {}),
  serviceTier: orDefault(text(40), "standard"),
  minInputTokens: orDefault(whole(0, 1_000_000_000), 0),
  /** Seconds of the UTC day, end exclusive, may wrap; both or neither. */
  dailyUtcFrom: orDefault(daySecond.nullable(), null),
  dailyUtcTo: orDefault(daySecond.nullable(), null),
  /** The model whose price is meant instead of amounts. */
  priceAs: orDefault(modelName.nullable(), null),
};

/** Input of `prices.override`: a new price row for a model, for one channel or for all. Rows are never edited: the newest wins. */
export const OverridePriceInput = strict({
  ...priceFields,
  channelId: orDefault(idField.nullable(), null),
  /** Absent: now. */
  effectiveFrom: instantField.nullish(),
});
/** See the schema. */
export type OverridePriceInput = z.output<typeof OverridePriceInput>;

/** Input of `prices.list`: overrides whose model contains `q`; with `model`, also the rows that price it today. */
export const ListPricesInput = strict({ q: searchField.optional(), model: pricedModel.optional() });

/** A price row; amounts in the unit of their component. */
export const Price = z
  .object({
    id: z.int(),
    model: z.string(),
    channelId: z.int().nullable(),
    provider: z.string().nullable(),
    source: z.enum(["admin", "catalogue"]),
    effectiveFrom: instant,
    serviceTier: z.string(),
    minInputTokens: z.int(),
    dailyUtcFrom: z.int().nullable(),
    dailyUtcTo: z.int().nullable(),
    priceAs: z.string().nullable(),
    components: z.array(
      z.object({
        component: z.string(),
        unit: z.enum(["usdPerMtok", "usdPer1k", "usdPerHour", "usdEach"]),
        price: z.string(),
      }),
    ),
  })
  .meta({ id: "Price" });
/** See the schema. */
export type Price = z.infer<typeof Price>;

/** Output of `prices.list`. `effective`: the rows that price `model` on any channel; null when no model was asked, empty when unpriced. */
export const PriceList = listOf(Price)
  .extend({ effective: z.array(Price).nullable() })
  .meta({ id: "PriceList" });
/** See the schema. */
export type PriceList = z.infer<typeof PriceList>;

/** Input of `prices.missing`. */
export const ListMissingPricesInput = noInput;
/** Output of `prices.missing`: models without a price, the channels that serve them, and what becomes of calls to them (`unpricedModels`). */
export const MissingPriceList = listOf(
  z.object({ model: z.string(), channels: z.array(z.object({ id: z.int(), name: z.string() })) }),
)
  .extend({ policy: z.enum(UNPRICED_MODELS) })
  .meta({ id: "MissingPriceList" });

/** Input of `prices.import`. */
export const ImportPricesInput = noInput;
/** Output of `prices.import`: the report of protocols-and-pricing.md 7.2. */
export const ImportedPrices = z
  .object({
    /** What the package holds. */
    providers: z.int(),
    models: z.int(),
    rows: z.int(),
    /** What was new: price rows, and the models that they are for. */
    added: z.int(),
    changedModels: z.int(),
    /** Prices with more digits than a trillionth of a USD, as the package has them. */
    rounded: z.array(z.object({ provider: z.string(), model: z.string(), key: z.string(), value: z.string() })),
    /** Kinds of prices that are not supported, with how often they occur. */
    unknownKeys: z.array(z.object({ key: z.string(), count: z.int() })),
    /** `provider/model` of models that have none but those. */
    unpriced: z.array(z.string()),
  })
  .meta({ id: "ImportedPrices" });
