import type { OperationPorts } from "@/core/ports";
import { movedGroupEntry } from "@/core/quota/request-rate-block";
import { readSettings } from "../read-settings";

/**
 * Keeps the entries of `requestRate.groups` with their user groups (channels-and-rates.md R4): `to` is the new name, null for a group that was
 * deleted. Called after that write, in its transaction, so that no other writer of the configuration is between.
 */
export async function moveGroupEntry(
  { settings }: Pick<OperationPorts, "settings">,
  from: string,
  to: string | null,
): Promise<void> {
  const { requestRate } = await readSettings(settings);
  const moved = movedGroupEntry(requestRate, from, to);
  if (moved !== requestRate) await settings.write({ requestRate: moved });
}
