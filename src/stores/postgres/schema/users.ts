import { sql } from "drizzle-orm";
import { boolean, check, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { LocaleId, Role } from "@/core/vocabulary";
import { concurrency, versioned } from "./columns";

/** Whom limits are for, and the owners of keys. Configuration. */
export const users = pgTable(
  "users",
  {
    ...versioned(),
    name: text("name").notNull(),
    email: text("email"),
    role: text("role").$type<Role>().notNull().default("user"),
    enabled: boolean("enabled").notNull().default(true),
    locale: text("locale").$type<LocaleId>(),
    timeZone: text("time_zone"),
    /** Canonical CIDRs from which the user's keys may call, and from which not; an empty list says nothing. */
    ipAllow: jsonb("ip_allow").$type<readonly string[]>().notNull().default(sql`'[]'::jsonb`),
    ipDeny: jsonb("ip_deny").$type<readonly string[]>().notNull().default(sql`'[]'::jsonb`),
    /** null: inherit. */
    maxConcurrent: concurrency("max_concurrent"),
  },
  (table) => [
    uniqueIndex("users_name_key").on(sql`lower(${table.name})`),
    uniqueIndex("users_email_key").on(sql`lower(${table.email})`),
    check("users_role_check", sql`${table.role} IN ('admin', 'user')`),
    check("users_max_concurrent_check", sql`${table.maxConcurrent} >= 0`),
    check("users_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
