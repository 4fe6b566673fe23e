import type { OperationPorts } from "@/core/ports";
import { hourCuts, pastDays } from "@/core/usage/usage-buckets";
import { systemClock } from "@/lib/clock";
import type { Actor } from "@/operations/operation";
import { OPERATIONS } from "@/operations/registry";
import { createRunOperation } from "@/operations/run-operation";
import { createDatabase, type Database } from "@/stores/postgres/client";
import { migrate } from "@/stores/postgres/migrate";
import { createTransact, operationStores } from "@/stores/postgres/operation-stores";
import { rollUpDays } from "@/stores/postgres/roll-up-days";
import { rollUpUsage } from "@/stores/postgres/roll-up-usage";
import { fillUsage } from "../fill-usage";
import { median } from "../load";
import type { Figure, Row } from "../row";

const ENTRIES = 1_000_000;
const DAYS = 30;
const ROUNDS = 5;
const BAR_MS = 300;
const HOURS_AT_A_TIME = 24;
const DAYS_AT_A_TIME = 7;

const ADMIN: Actor = { kind: "account", via: "api", role: "admin", userId: 1, name: "user 1", address: null };

/** What is asked of the filled database: title, operation, input. */
const LISTS: readonly (readonly [string, string, object])[] = [
  ["requests, first page", "requests.list", {}],
  ["requests of a user", "requests.list", { userId: 1 }],
  ["requests of a rare user", "requests.list", { userId: 480 }],
  ["requests of a model", "requests.list", { model: "model-12" }],
  ["requests of an unknown model", "requests.list", { model: "nothing" }],
  ["requests with a common outcome", "requests.list", { outcome: "ok" }],
  ["requests with a rare outcome", "requests.list", { outcome: "interrupted" }],
  ["requests refused", "requests.list", { outcome: "denied" }],
  ["requests with a common code", "requests.list", { code: "upstream_error" }],
  ["requests with a rare code", "requests.list", { code: "upstream_timeout" }],
  ["requests of a channel", "requests.list", { channelId: 3 }],
  ["denials, first page", "denials.list", {}],
  ["denials with a rare code", "denials.list", { code: "ip_not_allowed" }],
  ["denials of a model", "denials.list", { model: "model-12" }],
  ["audit log, first page", "audit.list", {}],
  ["audit log of a rare operation", "audit.list", { operation: "settings.update" }],
  ["audit log of an actor", "audit.list", { q: "user 3" }],
  ["audit log of a target", "audit.list", { target: "key:17" }],
  ["keys, first page", "keys.list", {}],
  ["users, first page", "users.list", {}],
];

const REPORTS: readonly (readonly [string, string, object])[] = [
  ["one series", "usage.report", {}],
  ...(["model", "model_group", "user", "user_group", "key", "channel"] as const).map(
    (groupBy) => [`by ${groupBy.replace("_", " ")}`, "usage.report", { groupBy }] as const,
  ),
  ["of a user, by model", "usage.report", { userId: 1, groupBy: "model" }],
  ["of a model, by user", "usage.report", { model: "model-3", groupBy: "user" }],
  ["of a channel, by model", "usage.report", { channelId: 3, groupBy: "model" }],
  ["by the hour, by model", "usage.report", { interval: "hour", groupBy: "model" }],
  ["by the hour, one series", "usage.report", { interval: "hour" }],
];

/** How long lists and 30-day reports take over a million ledger entries, in process on a PostgreSQL of its own. */
export const reportsRow: Row = {
  name: "reports",
  async run(stage): Promise<readonly Figure[]> {
    const database = await openFilled(stage.databaseUrl);
    try {
      const figures = await measure(database, LISTS, "");
      for (const zone of ["UTC", "Asia/Kathmandu"]) {
        await moveTo(database, zone);
        figures.push(...(await measure(database, REPORTS, `30 days, ${zone}, `)));
      }
      return figures;
    } finally {
      await database.close();
    }
  },
};

async function openFilled(serverUrl: string): Promise<Database> {
  const server = createDatabase(serverUrl);
  await server.sql.unsafe("create database reports");
  await server.close();
  const url = new URL(serverUrl);
  url.pathname = "/reports";
  const database = createDatabase(url.href);
  await migrate(database.sql);
  await fillUsage(database, { entries: ENTRIES, days: DAYS });
  return database;
}

/** Sets the system's zone, and rolls up what the job would. */
async function moveTo(database: Database, zone: string): Promise<void> {
  const now = Date.now();
  await operationStores(database.db, database).settings.write({ timeZone: zone });
  const ask = { now, cuts: hourCuts(zone, now), limit: HOURS_AT_A_TIME };
  while ((await rollUpUsage(database, ask)) === HOURS_AT_A_TIME);
  const days = (since: number) => pastDays(zone, since, now);
  while ((await rollUpDays(database, days, DAYS_AT_A_TIME)) === DAYS_AT_A_TIME);
  await database.sql.unsafe("vacuum analyze usage_days, usage_hours, usage_marks, usage_rolled_hours");
}

async function measure(database: Database, asks: typeof LISTS, prefix: string): Promise<Figure[]> {
  // Lists and reports read nothing but stores.
  const ports = operationStores(database.db, database) as OperationPorts;
  const transact = createTransact(database, () => ports);
  const run = createRunOperation({ operations: OPERATIONS, ports, transact, clock: systemClock });
  const figures: Figure[] = [];
  for (const [title, name, input] of asks) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      await run(name, input, ADMIN);
      times.push(performance.now() - started);
    }
    const ms = median(times);
    figures.push({
      figure: `${prefix}${title}`,
      bar: `<= ${BAR_MS} ms`,
      measured: `${ms.toFixed(0)} ms`,
      passes: ms <= BAR_MS,
    });
  }
  return figures;
}
