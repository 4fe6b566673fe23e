import { AppError } from "@/core/errors";
import { addressPrefix } from "@/lib/address-prefix";

/** Counts attempts per kind and subject in windows of 15 minutes, shared by all replicas. */
export type SignInAttempts = {
  hit(
    kind: string,
    subject: string,
    limit: { now: number; max: number },
  ): Promise<{ allowed: boolean; retryAfterMs: number }>;
  /** Takes back one attempt. */
  forgive(kind: string, subject: string): Promise<void>;
};

const PER_ACCOUNT = 10;
const PER_ADDRESS = 30;

/** One attempt to sign in: the e-mail as written, and the address when the host tells it. */
export type Attempt = { readonly account: string; readonly address: string | null; readonly now: number };

/** Counts one attempt before anything is looked up. Throws too_many_attempts with `retryAfterSeconds` (SEC39). */
export async function limitAttempts(attempts: SignInAttempts, { account, address, now }: Attempt): Promise<void> {
  const verdicts = [
    await attempts.hit("account", account.toLowerCase(), { now, max: PER_ACCOUNT }),
    ...(address === null ? [] : [await attempts.hit("address", addressPrefix(address), { now, max: PER_ADDRESS })]),
  ];
  const refused = verdicts.filter((verdict) => !verdict.allowed);
  if (refused.length === 0) return;
  const retryAfterMs = Math.max(...refused.map((verdict) => verdict.retryAfterMs));
  throw new AppError("too_many_attempts", { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) });
}

/** Takes an attempt back that became a sign-in: only failures count, so that nobody locks itself out by working. */
export async function forgiveAttempt(
  attempts: SignInAttempts,
  { account, address }: Omit<Attempt, "now">,
): Promise<void> {
  await attempts.forgive("account", account.toLowerCase());
  if (address !== null) await attempts.forgive("address", addressPrefix(address));
}
