import type { ChannelProbe } from "@/core/channels/channel-row";
import type { OperationPorts } from "@/core/ports";
import type { ChannelTest } from "./channel";

type Probed = Parameters<ChannelProbe>[0] & { readonly provider: string | null };

/** Asks an upstream for its models and tells which have a price. Never throws for a failing upstream: that is the answer. */
export async function probe({ provider, ...channel }: Probed, ports: OperationPorts): Promise<ChannelTest> {
  const found = await ports.probeChannel(channel);
  if (!found.ok) return found;
  const models = found.models.map((name) => ({
    name,
    priced: ports.isPriced(name, { id: null, provider, baseUrl: channel.baseUrl }),
  }));
  return {
    ok: true,
    latencyMs: found.latencyMs,
    models,
    pricedCount: models.filter((model) => model.priced).length,
  };
}
