import { sql } from "drizzle-orm";
import { bigint, customType, integer, text } from "drizzle-orm/pg-core";
import type { Versioned } from "@/core/vocabulary";

/** A timestamptz read and written as epoch milliseconds. */
export const instant = customType<{ data: number; driverData: string }>({
  dataType: () => "timestamp with time zone",
  fromDriver: (value) => new Date(value).getTime(),
  toDriver: (value) => new Date(value).toISOString(),
});

const WITHOUT_END = 0;

/** How many requests may run at once: 0 is stored for `unlimited`, which is never written as a number elsewhere. */
export const concurrency = customType<{ data: number | "unlimited"; driverData: number }>({
  dataType: () => "integer",
  fromDriver: (value) => (Number(value) === WITHOUT_END ? "unlimited" : Number(value)),
  toDriver: (value) => (value === "unlimited" ? WITHOUT_END : value),
});

/** A bigint inside the safe integers. */
export const safeBigint = (name: string) => bigint(name, { mode: "number" });

/** An identity column that writers never set. */
export const identity = () => safeBigint("id").primaryKey().generatedAlwaysAsIdentity();

/** An instant that defaults to the time of the transaction. */
export const instantNow = (name: string) => instant(name).notNull().default(sql`now()`);

/** Common columns of a configuration entity (core/vocabulary.ts `Versioned`). */
export const versioned = () => ({
  id: identity(),
  version: integer("version").notNull().default(1),
  createdAt: instantNow("created_at"),
  updatedAt: instantNow("updated_at"),
  managedBy: text("managed_by").$type<Versioned["managedBy"]>(),
});
