import type { ChannelRow } from "@/core/channels/channel-row";
import { readListCursor } from "../list-cursor";
import { listOutput, pageOfAll, readTextPosition } from "../list-output";
import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
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
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit }, { ports }) {
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
    const after = readListCursor(cursor, {}, readTextPosition);
    const page = pageOfAll(items, { limit, after }, ({ model }) => model);
    const list = listOutput(page, { filter: {}, position: ({ model }) => [model], item: (one) => one });
    return { output: { ...list, policy: unpricedModels } };
  },
});
