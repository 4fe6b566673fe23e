import { AppError } from "@/core/errors";
import { overridePrice } from "@/operations/prices/override-price";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

/** Writes a price row unless the one in force has these amounts. */
export function applyPrice({ channel, ...values }: ConfigFile["prices"][number], index: number): Step {
  return {
    path: `prices[${index}]`,
    label: `price ${values.model}`,
    async run(context) {
      const row = channel == null ? null : await context.ports.channels.findByName(channel);
      if (channel != null && row === null) {
        throw new AppError("validation_failed", {}, { fields: [{ path: "channel", code: "not_found" }] });
      }
      return runInside(overridePrice, { ...values, channelId: row?.id ?? null }, context);
    },
  };
}
