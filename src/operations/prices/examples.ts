import { NOW, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { Price } from "./schema";

const price: Price = {
  ...{ id: 77, model: "gpt-4o", channelId: 3, provider: null, source: "admin", effectiveFrom: NOW },
  ...{ serviceTier: "standard", minInputTokens: 0, dailyUtcFrom: null, dailyUtcTo: null, priceAs: null },
  components: [
    { component: "input_text", unit: "usdPerMtok", price: "2.5" },
    { component: "output_text", unit: "usdPerMtok", price: "10" },
  ],
};

/** Examples of the operations on prices. */
export const PRICE_EXAMPLES: ExamplesOf<"prices.list" | "prices.missing" | "prices.import" | "prices.override"> = {
  "prices.list": { input: { model: "gpt-4o" }, output: { ...wholeList(price), effective: [price] } },
  "prices.missing": {
    input: {},
    output: {
      ...wholeList({ model: "in-house-7b", channels: [{ id: 9, name: "lab" }] }),
      policy: "block",
    },
  },
  "prices.import": {
    input: {},
    output: {
      ...{ providers: 31, models: 842, rows: 1_210, added: 12, changedModels: 5 },
      rounded: [],
      unknownKeys: [{ key: "input_video_mtok", count: 2 }],
      unpriced: ["example/video-1"],
    },
  },
  "prices.override": {
    input: { model: "gpt-4o", channelId: 3, input: "2.5", output: "10" },
    output: price,
  },
};
