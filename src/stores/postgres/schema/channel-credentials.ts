import { boolean, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { channels } from "./channels";
import { instantNow, safeBigint } from "./columns";

/** Credentials of channels in the order in which they are used, sealed under SLUICE_SECRET and bound to channel and id. Configuration. */
export const channelCredentials = pgTable(
  "channel_credentials",
  {
    channelId: safeBigint("channel_id")
      .notNull()
      .references(() => channels.id, { onDelete: "cascade" }),
    /** Unique in its channel. */
    id: integer("id").notNull().default(1),
    position: integer("position").notNull().default(0),
    enabled: boolean("enabled").notNull().default(true),
    sealed: text("sealed").notNull(),
    setAt: instantNow("set_at"),
  },
  (table) => [primaryKey({ name: "channel_credentials_pkey", columns: [table.channelId, table.id] })],
);
