import type { ChannelRow } from "@/core/channels/channel-row";
import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
import { toWholeList } from "../to-output";
import { ListMissingPricesInput, MissingPriceList } from "./schema";

type Served = { readonly model: string; readonly channel: ChannelRow };

/** Models that open channels serve and that nothing prices now, by name. Prefixes stand for any model and are left out. */
export const listMissingPrices = defineOperation({
  name: "prices.missing",
  method: "GET",
  path: "/prices/missing",
  summary: "Lists models that channels serve and that have no price.",
  permission: "prices:read",
  input: ListMissingPricesInput,
  output: MissingPriceList,
  errors: [],
  async run(_, { ports }) {
    const { billingModel, unpricedModels } = await readSettings(ports.settings);
    const served = (await ports.channels.list())
      .filter(({ enabled, weight }) => enabled && weight > 0)
      .flatMap((channel) =>
        channel.models
          .filter(({ name }) => !name.endsWith("*"))
          .map(({ name, upstream }): Served => ({ model: billingModel === "upstream" ? upstream : name, channel })),
      );
    const missing = Map.groupBy(
      served.filter(({ model, channel }) => !ports.isPriced(model, channel)),
      ({ model }) => model,
    );
    const items = [...missing]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([model, places]) => ({
        model,
        channels: [
          ...new Map(places.map(({ channel }) => [channel.id, { id: channel.id, name: channel.name }])).values(),
        ],
      }));
    return { output: { ...toWholeList(items), policy: unpricedModels } };
  },
});
