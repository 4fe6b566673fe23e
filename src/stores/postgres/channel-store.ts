import { asc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { ChannelRow, ChannelStore } from "@/core/channels/channel-row";
import type { Handle } from "./handle";
import { channelCredentials } from "./schema/channel-credentials";
import { channels } from "./schema/channels";
import { insertedRow, rowAt, sameName, stepOf, updatedRow } from "./updates";

const COLUMNS = { ...getTableColumns(channels), credentialSetAt: channelCredentials.setAt };

const selectChannels = (tx: Handle, where: SQL | undefined) =>
  tx
    .select(COLUMNS)
    .from(channels)
    .leftJoin(channelCredentials, eq(channelCredentials.channelId, channels.id))
    .where(where)
    .orderBy(asc(channels.priority), asc(channels.id));

/** Every channel by priority, then id. */
export const listChannels = (tx: Handle): Promise<readonly ChannelRow[]> => selectChannels(tx, undefined);

/** The sealed credentials of all channels. */
export const listCredentials = (tx: Handle) => tx.select().from(channelCredentials);

/** Channels in PostgreSQL, by priority. */
export function channelStore(tx: Handle): ChannelStore {
  const findOne = async (where: SQL) => (await selectChannels(tx, where))[0] ?? null;
  const find = (id: number) => findOne(eq(channels.id, id));
  return {
    list: () => listChannels(tx),
    find,
    findByName: (name) => findOne(sameName(channels.name, name)),
    insert: async (values) =>
      insertedRow(await tx.insert(channels).values(values).returning({ id: channels.id }), find),
    async update(id, patch, version) {
      const rows = await tx
        .update(channels)
        .set({ ...patch, ...stepOf(channels) })
        .where(rowAt(channels, id, version))
        .returning({ id: channels.id });
      return updatedRow(rows, () => find(id));
    },
    async setCredential(id, sealed) {
      if (sealed === null) {
        await tx.delete(channelCredentials).where(eq(channelCredentials.channelId, id));
        return;
      }
      await tx
        .insert(channelCredentials)
        .values({ channelId: id, sealed })
        .onConflictDoUpdate({ target: channelCredentials.channelId, set: { sealed, setAt: sql`now()` } });
    },
    credentials: () => listCredentials(tx),
    async delete(id) {
      return (await tx.delete(channels).where(eq(channels.id, id)).returning({ id: channels.id })).length > 0;
    },
  };
}
