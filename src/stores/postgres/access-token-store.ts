import { and, desc, eq, getTableColumns, gt, isNotNull, isNull, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type {
  AccessTokenFilter,
  AccessTokenRow,
  AccessTokenSource,
  AccessTokenStore,
} from "@/core/access/access-token";
import type { Database } from "./client";
import type { Handle } from "./handle";
import { pageOf } from "./page-of";
import { accessTokens } from "./schema/access-tokens";
import { users } from "./schema/users";
import { insertedRow, rowAt, stepOf, updatedRow } from "./updates";

const TOUCH_MS = 60_000;
const COLUMNS = { ...getTableColumns(accessTokens), userName: users.name };

const selectTokens = (tx: Handle, where: SQL | undefined) =>
  tx.select(COLUMNS).from(accessTokens).innerJoin(users, eq(users.id, accessTokens.userId)).where(where);

type Selected = Awaited<ReturnType<typeof selectTokens>>[number];

function toRow(selected: Selected): AccessTokenRow {
  const { digest: _, previousDigest, previousPrefix, previousExpiresAt, ...row } = selected;
  const rotating = previousPrefix !== null && previousExpiresAt !== null;
  return { ...row, previous: rotating ? { prefix: previousPrefix, expiresAt: previousExpiresAt } : null };
}

/** SQL of `accessTokenStateAt`. */
function isStanding({ state, at }: NonNullable<AccessTokenFilter["standing"]>): SQL | undefined {
  const { revokedAt, expiresAt } = accessTokens;
  if (state === "revoked") return isNotNull(revokedAt);
  const standing = state === "expired" ? lte(expiresAt, at) : or(isNull(expiresAt), gt(expiresAt, at));
  return and(isNull(revokedAt), standing);
}

/** Access tokens in PostgreSQL. */
export function accessTokenStore(tx: Handle): AccessTokenStore {
  const find = async (id: number) => (await selectTokens(tx, eq(accessTokens.id, id))).map(toRow)[0] ?? null;
  const write = async (id: number, patch: object, version: number) => {
    const rows = await tx
      .update(accessTokens)
      .set({ ...patch, ...stepOf(accessTokens) })
      .where(rowAt(accessTokens, id, version))
      .returning({ id: accessTokens.id });
    return updatedRow(rows, () => find(id));
  };
  return {
    async list({ userId, standing }, { limit, after }) {
      const where = and(
        userId === undefined ? undefined : eq(accessTokens.userId, userId),
        standing === undefined ? undefined : isStanding(standing),
      );
      const beyond = after === null ? undefined : lt(accessTokens.id, after);
      const rows = await selectTokens(tx, and(where, beyond))
        .orderBy(desc(accessTokens.id))
        .limit(limit + 1);
      return pageOf(rows.map(toRow), limit, await tx.$count(accessTokens, where));
    },
    find,
    insert: async (values, secret) =>
      insertedRow(
        await tx
          .insert(accessTokens)
          .values({ ...values, ...secret })
          .returning({ id: accessTokens.id }),
        find,
      ),
    update: write,
    async revoke(id, at) {
      const rows = await tx
        .update(accessTokens)
        .set({ revokedAt: at, ...stepOf(accessTokens) })
        .where(and(eq(accessTokens.id, id), isNull(accessTokens.revokedAt)))
        .returning({ id: accessTokens.id });
      return rows.length === 0 ? null : find(id);
    },
    async revokeOf(userId, at) {
      const rows = await tx
        .update(accessTokens)
        .set({ revokedAt: at, ...stepOf(accessTokens) })
        .where(and(eq(accessTokens.userId, userId), isNull(accessTokens.revokedAt)))
        .returning({ id: accessTokens.id });
      return rows.length;
    },
    rotate: (id, secret, { version, overlapUntil }) =>
      write(
        id,
        {
          ...secret,
          previousDigest: overlapUntil === null ? null : sql`${accessTokens.digest}`,
          previousPrefix: overlapUntil === null ? null : sql`${accessTokens.prefix}`,
          previousExpiresAt: overlapUntil,
        },
        version,
      ),
  };
}

/** Access tokens as calls present them: one look-up by digest, of this moment. */
export function accessTokenSource({ db }: Pick<Database, "db">): AccessTokenSource {
  return {
    async findByDigest(digest) {
      const [row] = await db
        .select({ ...getTableColumns(accessTokens), role: users.role, enabled: users.enabled })
        .from(accessTokens)
        .innerJoin(users, eq(users.id, accessTokens.userId))
        .where(or(eq(accessTokens.digest, digest), eq(accessTokens.previousDigest, digest)));
      if (row === undefined) return null;
      const { id, name, scopes, revokedAt, lastUsedAt, userId, role, enabled } = row;
      const ends = [row.expiresAt, row.digest === digest ? null : row.previousExpiresAt].filter((end) => end !== null);
      const expiresAt = ends.length === 0 ? null : Math.min(...ends);
      return { id, name, scopes, expiresAt, revokedAt, lastUsedAt, owner: { id: userId, role, enabled } };
    },
    async touch(id, at) {
      const isDue = or(isNull(accessTokens.lastUsedAt), lte(accessTokens.lastUsedAt, at - TOUCH_MS));
      await db
        .update(accessTokens)
        .set({ lastUsedAt: at })
        .where(and(eq(accessTokens.id, id), isDue));
    },
  };
}
