import type { OpenCredential } from "./channel";

/*
 * Which of a channel's credentials is used (channels-and-rates.md C2): the first one that is enabled, until the upstream refused it three times in a
 * row, then the next one. When none is left the channel's account has failed, and it rests; a changed list of credentials begins anew. A late reply to a
 * credential that is no longer in use says nothing of the one that is.
 */

/** Where a channel is with its credentials. */
export type AccountState = {
  /** The enabled credentials it speaks of, in their order. */
  readonly credentials: readonly OpenCredential[];
  /** Index of the one in use. */
  readonly used: number;
  /** Refusals of it in a row. */
  readonly refusals: number;
  /** Instant of the monotonic clock until which the channel rests; null: it does not. */
  readonly failedUntil: number | null;
};

const REFUSALS = 3;
const REST_MS = 300_000;

/** The first credential is used, and nothing was refused. */
export function freshAccount(credentials: readonly OpenCredential[]): AccountState {
  return { credentials, used: 0, refusals: 0, failedUntil: null };
}

/** The state for the credentials that the channel has now: the same, or a fresh one when they differ or the rest is over. */
export function accountNow(state: AccountState, credentials: readonly OpenCredential[], now: number): AccountState {
  const isSame = state.credentials === credentials || areSame(state.credentials, credentials);
  if (!isSame) return freshAccount(credentials);
  return state.failedUntil !== null && now >= state.failedUntil ? freshAccount(credentials) : state;
}

function areSame(known: readonly OpenCredential[], given: readonly OpenCredential[]): boolean {
  return (
    known.length === given.length &&
    known.every(({ id, value }, at) => id === given[at]?.id && value === given[at]?.value)
  );
}

/** A reply to a request under a credential; `isRefused`: 401, 402, 403 or a spent account. */
export type AccountReply = { readonly credentialId: number | null; readonly isRefused: boolean };

/** What a reply makes of it. */
export function accountAfter(
  state: AccountState,
  { credentialId, isRefused }: AccountReply,
  now: number,
): AccountState {
  if (state.failedUntil !== null || state.credentials[state.used]?.id !== credentialId) return state;
  if (!isRefused) return state.refusals === 0 ? state : { ...state, refusals: 0 };
  const refusals = state.refusals + 1;
  if (refusals < REFUSALS) return { ...state, refusals };
  const used = state.used + 1;
  if (used < state.credentials.length) return { ...state, used, refusals: 0 };
  return { ...state, refusals: 0, failedUntil: now + REST_MS };
}
