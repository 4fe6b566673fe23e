import { and, asc, eq, getTableColumns, notInArray, type SQL, sql } from "drizzle-orm";
import type { ChannelCredentialRow, ChannelRow, ChannelStore, SealedCredential } from "@/core/channels/channel-row";
import type { Handle } from "./handle";
import { listPage } from "./list-page";
import { channelCredentials } from "./schema/channel-credentials";
import { channels } from "./schema/channels";
import { insertedRow, rowAt, sameName, stepOf, updatedRow } from "./updates";

const selectChannels = (tx: Handle, where: SQL | undefined) =>
  tx.select().from(channels).where(where).orderBy(asc(channels.priority), asc(channels.id));

/** Every channel by priority, then id. */
export const listChannels = (tx: Handle): Promise<readonly ChannelRow[]> => selectChannels(tx, undefined);

const { position, ...CREDENTIAL } = getTableColumns(channelCredentials);

/** The sealed credentials of all channels or of one, in the order in which a channel uses them. */
export const listCredentials = (tx: Handle, channelId?: number): Promise<readonly ChannelCredentialRow[]> =>
  tx
    .select(CREDENTIAL)
    .from(channelCredentials)
    .where(channelId === undefined ? undefined : eq(channelCredentials.channelId, channelId))
    .orderBy(asc(channelCredentials.channelId), asc(position), asc(channelCredentials.id));

/** Makes the list of a channel what is given. */
async function replaceCredentials(tx: Handle, channelId: number, entries: readonly SealedCredential[]): Promise<void> {
  const ofChannel = eq(channelCredentials.channelId, channelId);
  const kept = entries.map(({ id }) => id);
  await tx.delete(channelCredentials).where(and(ofChannel, notInArray(channelCredentials.id, kept)));
  if (entries.length === 0) return;
  const { sealed, setAt } = channelCredentials;
  await tx
    .insert(channelCredentials)
    .values(entries.map((entry, at) => ({ ...entry, channelId, position: at })))
    .onConflictDoUpdate({
      target: [channelCredentials.channelId, channelCredentials.id],
      set: {
        position: sql`excluded.position`,
        enabled: sql`excluded.enabled`,
        sealed: sql`excluded.sealed`,
        setAt: sql`CASE WHEN ${sealed} = excluded.sealed THEN ${setAt} ELSE now() END`,
      },
    });
}

/** Channels in PostgreSQL, by priority. */
export function channelStore(tx: Handle): ChannelStore {
  const findOne = async (where: SQL) => (await selectChannels(tx, where))[0] ?? null;
  const find = (id: number) => findOne(eq(channels.id, id));
  return {
    list: () => listChannels(tx),
    async page({ limit, after }) {
      const beyond =
        after === null
          ? undefined
          : sql`(${channels.priority}, ${channels.id}) > (${after.priority}::bigint, ${after.id}::bigint)`;
      const rows = await selectChannels(tx, beyond).limit(limit + 1);
      return listPage(rows, limit, await tx.$count(channels));
    },
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
    setCredentials: (id, entries) => replaceCredentials(tx, id, entries),
    credentials: (channelId) => listCredentials(tx, channelId),
    async delete(id) {
      return (await tx.delete(channels).where(eq(channels.id, id)).returning({ id: channels.id })).length > 0;
    },
  };
}
