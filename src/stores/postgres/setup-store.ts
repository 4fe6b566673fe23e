import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "@/core/errors";
import type { SetupStore } from "@/core/ports";
import type { Database } from "./client";
import type { Handle } from "./handle";
import { setup } from "./schema/setup";
import { users } from "./schema/users";
import { HAS_ACCOUNT } from "./user-store";

const TOKEN_LIFE_MS = 60 * 60_000;
const ATTEMPT_WINDOW_MS = 15 * 60_000;
const MAX_ATTEMPTS = 10;
const CLAIM_LOCK = 5_174_824; // any constant of ours

type SetupRow = typeof setup.$inferSelect;
/** null: accepted. */
type Verdict = AppError | null;

const digestOf = (token: string) => createHash("sha256").update(token).digest("hex");

function matches(row: SetupRow, token: string, now: number): boolean {
  const { tokenDigest, expiresAt } = row;
  const given = Buffer.from(digestOf(token));
  const isEqual = tokenDigest !== null && timingSafeEqual(Buffer.from(tokenDigest), given);
  return isEqual && expiresAt !== null && now < expiresAt;
}

async function judge(tx: Handle, token: string, now: number): Promise<Verdict> {
  const [row] = await tx.select().from(setup).for("update");
  if (row === undefined) return new AppError("setup_token_invalid");
  const since = row.attemptsSince;
  const isFresh = since === null || since <= now - ATTEMPT_WINDOW_MS;
  const attempts = isFresh ? 0 : row.attempts;
  if (attempts >= MAX_ATTEMPTS) return tooManyUntil((since ?? now) + ATTEMPT_WINDOW_MS - now);
  if (matches(row, token, now)) return null;
  await tx
    .update(setup)
    .set({ attempts: attempts + 1, attemptsSince: isFresh ? now : since })
    .where(eq(setup.onlyRow, true));
  return new AppError("setup_token_invalid");
}

const tooManyUntil = (waitMs: number) =>
  new AppError("too_many_attempts", { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });

/**
 * Makes a new one-time setup token of 128 bits, valid for an hour, in place of any older one; only its digest is stored
 * (reliability-and-security.md SEC9). The caller prints it once.
 */
export async function issueSetupToken({ db }: Pick<Database, "db">, now: number): Promise<string> {
  const token = randomBytes(16).toString("hex");
  const values = { tokenDigest: digestOf(token), expiresAt: now + TOKEN_LIFE_MS, attempts: 0, attemptsSince: null };
  await db.insert(setup).values(values).onConflictDoUpdate({ target: setup.onlyRow, set: values });
  return token;
}

/** True once an admin exists who can sign in. */
export async function isSetupFinished(tx: Handle): Promise<boolean> {
  return (await tx.$count(users, and(eq(users.role, "admin"), HAS_ACCOUNT))) > 0;
}

/** The setup wizard's state. Wrong tokens are counted in a transaction of their own, which the refusal does not roll back. */
export function setupStore(tx: Handle, database: Pick<Database, "transaction">): SetupStore {
  return {
    isFinished: () => isSetupFinished(tx),
    async checkToken(token, now) {
      const refusal = await database.transaction((own) => judge(own, token, now));
      if (refusal !== null) throw refusal;
    },
    async claim() {
      await tx.execute(sql`select pg_advisory_xact_lock(${CLAIM_LOCK})`);
      if (await isSetupFinished(tx)) throw new AppError("setup_finished");
      await tx.update(setup).set({ tokenDigest: null, expiresAt: null }).where(eq(setup.onlyRow, true));
    },
    async isDismissed() {
      const [row] = await tx.select({ dismissedAt: setup.dismissedAt }).from(setup);
      return (row?.dismissedAt ?? null) !== null;
    },
    async dismiss() {
      const dismissedAt = sql`now()`;
      await tx
        .insert(setup)
        .values({ dismissedAt })
        .onConflictDoUpdate({ target: setup.onlyRow, set: { dismissedAt } });
    },
  };
}
