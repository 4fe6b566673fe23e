import { pgTable, text } from "drizzle-orm/pg-core";
import { channels } from "./channels";
import { instantNow, safeBigint } from "./columns";

/** Credentials of channels, sealed under SLUICE_SECRET and bound to `channel:<id>`. Configuration. */
export const channelCredentials = pgTable("channel_credentials", {
  channelId: safeBigint("channel_id")
    .primaryKey()
    .references(() => channels.id, { onDelete: "cascade" }),
  sealed: text("sealed").notNull(),
  setAt: instantNow("set_at"),
});
