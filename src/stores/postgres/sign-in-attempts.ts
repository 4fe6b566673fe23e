import { createHash } from "node:crypto";
import { and, eq, lt, sql } from "drizzle-orm";
import type { Database } from "./client";
import { signInAttempts } from "./schema/sign-in-attempts";

const WINDOW_MS = 15 * 60_000;

/** Counts attempts per kind and subject in windows of 15 minutes that start with the first one (reliability-and-security.md SEC39). */
export type SignInAttempts = {
  /** Counts one attempt; `allowed` while the window has had at most `max`. The subject (account, address) is kept as a digest. */
  hit(
    kind: string,
    subject: string,
    limit: { now: number; max: number },
  ): Promise<{ allowed: boolean; retryAfterMs: number }>;
  /** Takes back one attempt that turned out to be a sign-in: only failures count. */
  forgive(kind: string, subject: string): Promise<void>;
  /** Forgets windows that are over. */
  prune(now: number): Promise<void>;
};

/** Attempts in PostgreSQL, shared by all replicas. */
export function signInAttemptStore({ db }: Pick<Database, "db">): SignInAttempts {
  return {
    async hit(kind, subject, { now, max }) {
      const windowStart = now - WINDOW_MS;
      const digest = digestOf(subject);
      const isOver = sql`${signInAttempts.windowStart} <= ${new Date(windowStart).toISOString()}::timestamptz`;
      const [row] = await db
        .insert(signInAttempts)
        .values({ kind, subject: digest, windowStart: now, count: 1 })
        .onConflictDoUpdate({
          target: [signInAttempts.kind, signInAttempts.subject],
          set: {
            windowStart: sql`case when ${isOver} then excluded.window_start else ${signInAttempts.windowStart} end`,
            count: sql`case when ${isOver} then 1 else least(${signInAttempts.count} + 1, 1000000) end`,
          },
        })
        .returning({ windowStart: signInAttempts.windowStart, count: signInAttempts.count });
      const allowed = row === undefined || row.count <= max;
      return { allowed, retryAfterMs: allowed ? 0 : Math.max(0, row.windowStart + WINDOW_MS - now) };
    },
    async forgive(kind, subject) {
      const { count } = signInAttempts;
      await db
        .update(signInAttempts)
        .set({ count: sql`greatest(${count} - 1, 0)` })
        .where(and(eq(signInAttempts.kind, kind), eq(signInAttempts.subject, digestOf(subject))));
    },
    async prune(now) {
      await db.delete(signInAttempts).where(lt(signInAttempts.windowStart, now - WINDOW_MS));
    },
  };
}

function digestOf(subject: string): string {
  return createHash("sha256").update(subject).digest("hex");
}
