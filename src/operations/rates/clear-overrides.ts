import type { OperationContext, OperationResult } from "../operation";
import { rateItem } from "./rate-output";
import type { ClearedOverrides } from "./schema";

/** Whose overrides go, and how the audit log calls them. */
type Cleared = {
  readonly of: { readonly userId: number } | { readonly userGroupId: number };
  readonly target: string;
  readonly name: string;
};

/** Removes all overrides of one user or group: one audit row, none when there was nothing. */
export async function clearOverrides(
  { of, target, name }: Cleared,
  { ports }: OperationContext,
): Promise<OperationResult<ClearedOverrides>> {
  await ports.limits.holdConfig();
  const rows = await ports.rates.clearOverrides(of);
  const output = { cleared: rows.length, configVersion: await ports.configVersion() };
  if (rows.length === 0) return { output };
  return {
    output,
    audit: { target: `rates:${target}:overrides`, before: { name, rules: rows.map(rateItem) }, after: null },
  };
}
