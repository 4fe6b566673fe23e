/** The facts of an auth snapshot that decide whether its key opens `/v1`. */
export type KeyState = {
  readonly keyEnabled: boolean;
  /** Epoch ms, null = never. */
  readonly expiresAt: number | null;
  readonly userEnabled: boolean;
};

/** The first reason to refuse a known key at `now` (epoch ms), in the order of channels-and-rates.md A9; null: it may pass. */
export function checkKey(state: KeyState, now: number): "key_disabled" | "key_expired" | "user_disabled" | null {
  if (!state.keyEnabled) return "key_disabled";
  if (state.expiresAt !== null && now >= state.expiresAt) return "key_expired";
  return state.userEnabled ? null : "user_disabled";
}
