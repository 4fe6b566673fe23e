import type { ChannelRow } from "@/core/channels/channel-row";
import { AppError, type FieldError, toAppError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import { type OperationName, PROTOCOL_OPERATIONS, type ProtocolId } from "@/core/vocabulary";

type Judged = Pick<ChannelRow, "protocols" | "operations" | "provider" | "userGroups">;

/** What a schema cannot see of a channel's fields. Names that `before` has already are not judged again. */
export async function faultsOf(
  { protocols, operations, provider, userGroups }: Judged,
  before: Judged | null,
  ports: OperationPorts,
): Promise<readonly FieldError[]> {
  const faults: FieldError[] = operationFaults(protocols, operations);
  if (provider !== null && provider !== before?.provider && !ports.isProvider(provider))
    faults.push({ path: "provider", code: "provider_unknown" });
  const added = userGroups.filter((id) => before?.userGroups.includes(id) !== true);
  if (added.length === 0) return faults;
  const known = new Set((await ports.userGroups.list({})).map(({ id }) => id));
  for (const id of added.filter((one) => !known.has(one)))
    faults.push({ path: `userGroups[${userGroups.indexOf(id)}]`, code: "user_group_unknown", params: { id } });
  return faults;
}

/** What only the other channels and the network know: a name that is taken, an address that may not be called. `id` null: a new channel. */
export async function faultsFromOutside(
  {
    id,
    name,
    baseUrl,
  }: { readonly id: number | null; readonly name?: string | undefined; readonly baseUrl?: string | undefined },
  ports: OperationPorts,
): Promise<readonly FieldError[]> {
  const bearer = name === undefined ? null : await ports.channels.findByName(name);
  const nameFaults = bearer === null || bearer.id === id ? [] : [{ path: "name", code: "name_taken" }];
  return [...nameFaults, ...(baseUrl === undefined ? [] : await addressFaults(baseUrl, ports))];
}

async function addressFaults(baseUrl: string, ports: OperationPorts): Promise<readonly FieldError[]> {
  const refusal = await ports.judgeUpstream(baseUrl).then(() => null, toAppError);
  if (refusal === null) return [];
  if (refusal.code !== "base_url_forbidden") throw refusal;
  return [{ path: "baseUrl", code: refusal.code, params: refusal.params }];
}

function operationFaults(protocols: readonly ProtocolId[], operations: readonly OperationName[] | null) {
  const applicable = new Set(protocols.flatMap((protocol) => PROTOCOL_OPERATIONS[protocol]));
  return (operations ?? []).flatMap((name, index) =>
    applicable.has(name) ? [] : [{ path: `operations[${index}]`, code: "operation_not_applicable" }],
  );
}

/** Throws validation_failed with all faults, if there are any. */
export function refuse(faults: readonly FieldError[]): void {
  if (faults.length > 0) throw new AppError("validation_failed", {}, { fields: faults });
}

/** True when both URLs name one host and port: a credential may follow. */
export function isSameHost(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}
