import { isDeepStrictEqual } from "node:util";
import type { SealedCredential } from "@/core/channels/channel-row";
import { credentialContext } from "@/core/channels/credential-context";
import type { FieldError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { OpenedCredential } from "./channel-output";
import type { UpdateChannelInput } from "./schema";

/** Credentials as an input gives them. */
export type GivenCredentials = Pick<UpdateChannelInput, "credential" | "credentials">;

/** One credential of the list to come; `value` null: as `stored`. */
type Planned = {
  readonly id: number;
  readonly enabled: boolean;
  readonly value: string | null;
  readonly stored: OpenedCredential | null;
};

/** The list that a channel shall have, in its order; null: the one it has. */
export type CredentialPlan = { readonly faults: readonly FieldError[]; readonly entries: readonly Planned[] | null };

type Entry = { readonly id: number | null; readonly value: string | null; readonly enabled: boolean };

/**
 * Reads which credentials a channel shall have. An entry without id is the stored one of the same value, else a new one, so that the same
 * list twice changes nothing. With `isMoved` every stored credential has to be given again (C1).
 */
export function planCredentials(
  given: GivenCredentials,
  stored: readonly OpenedCredential[],
  isMoved: boolean,
): CredentialPlan {
  const list = given.credentials ?? null;
  if (list !== null && given.credential != null)
    return { faults: [{ path: "credential", code: "duplicate" }], entries: null };
  if (list === null && given.credential == null) {
    const faults = isMoved ? [{ path: "credential", code: "credential_reentry_required" }] : [];
    return { faults, entries: null };
  }
  const pathOf = (index: number, field: "id" | "value") => {
    if (list !== null) return `credentials[${index}].${field}`;
    return index === 0 ? "credential" : "credentials";
  };
  const entries = (list ?? withFirst(given.credential ?? null, stored)).map(
    ({ id, value, enabled }): Entry => ({ id: id ?? null, value: value ?? null, enabled }),
  );
  const planned = matched(entries, stored);
  const faults = entries.flatMap(({ id, value }, index): FieldError[] => {
    if (id !== null && entries.findIndex((entry) => entry.id === id) !== index)
      return [{ path: pathOf(index, "id"), code: "duplicate" }];
    if (id !== null && planned[index]?.stored === null) return [{ path: pathOf(index, "id"), code: "not_found" }];
    if (value !== null) return [];
    if (id === null) return [{ path: pathOf(index, "value"), code: "credential_required" }];
    return isMoved ? [{ path: pathOf(index, "value"), code: "credential_reentry_required" }] : [];
  });
  return { faults, entries: planned };
}

/** Seals what is new of a plan; null when it leaves the list as it is. */
export function sealPlan(
  channelId: number,
  { entries }: CredentialPlan,
  ask: { readonly stored: readonly OpenedCredential[]; readonly secrets: OperationPorts["secrets"] },
): readonly SealedCredential[] | null {
  if (entries === null) return null;
  const list = entries.map(({ id, enabled, value, stored }) => {
    const isKept = stored !== null && (value === null || value === stored.plain);
    const sealed = isKept ? stored.sealed : ask.secrets.seal(value ?? "", credentialContext(channelId, id));
    return { id, enabled, sealed };
  });
  const present = ask.stored.map(({ id, enabled, sealed }) => ({ id, enabled, sealed }));
  return isDeepStrictEqual(list, present) ? null : list;
}

/** The stored list with another first value. */
function withFirst(value: string | null, stored: readonly OpenedCredential[]): readonly Entry[] {
  if (stored.length === 0) return [{ id: null, value, enabled: true }];
  return stored.map(({ id, enabled }, index) => ({ id, enabled, value: index === 0 ? value : null }));
}

/** Each entry with the stored credential it means; new ones get ids that no other has. */
function matched(entries: readonly Entry[], stored: readonly OpenedCredential[]): readonly Planned[] {
  const named = new Set(entries.map(({ id }) => id));
  const free = stored.filter(({ id }) => !named.has(id));
  let last = Math.max(0, ...stored.map(({ id }) => id));
  return entries.map(({ id, value, enabled }) => {
    if (id !== null) return { id, value, enabled, stored: stored.find((one) => one.id === id) ?? null };
    const index = free.findIndex(({ plain }) => plain !== null && plain === value);
    const [same] = index === -1 ? [] : free.splice(index, 1);
    if (same !== undefined) return { id: same.id, value, enabled, stored: same };
    last += 1;
    return { id: last, value, enabled, stored: null };
  });
}
