import { sql } from "drizzle-orm";
import { boolean, check, customType, pgTable } from "drizzle-orm/pg-core";
import { safeBigint } from "./columns";

const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

/** One row: the version of the configuration and the transaction that stepped it last (quota.md Q4). */
export const configVersion = pgTable(
  "config_version",
  {
    onlyRow: boolean("only_row").primaryKey().default(true),
    version: safeBigint("version").notNull().default(1),
    xid: xid8("xid").notNull().default(sql`pg_current_xact_id()`),
  },
  (table) => [check("config_version_only_row_check", sql`${table.onlyRow}`)],
);
