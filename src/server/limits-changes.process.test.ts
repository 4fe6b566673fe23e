import { setTimeout as sleep } from "node:timers/promises";
import { burst, served } from "@test/setup/burst";
import { openStage, type Stage } from "@test/setup/open-stage";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

// Changes of configuration on two replicas and one Redis (quota.md test 55): each acts on the next call within a second, by plain SQL and by a
// provisioning run, which goes through the operations. A second is also the longest that a test waits, so it fails when a change takes longer.
const KEYS = ["sk-sluice-limitslimitslimitslimitslimitslimits01"];
const ACTS_WITHIN_MS = 1_000;
const LOW = "0.0000005";
const HIGH = "100";
const [LOW_NANO_USD, HIGH_NANO_USD] = [500, 100_000_000_000];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ keys: KEYS, redis: true });
  for (const name of ["first", "second"]) await stage.start(name);
}, 60_000);
afterAll(() => stage.close());

const SPENT = new Set(["limit_exceeded", "limit_too_small"]);

/** One call on each replica a second after a change: what both were told. */
async function told(): Promise<string> {
  await sleep(ACTS_WITHIN_MS);
  const answers = await burst(stage, { count: 2, width: 1 });
  const words = answers.map(({ status, code }) => {
    if (status === 200) return "served";
    return code !== null && SPENT.has(code) ? "refused" : `${status} ${code}`;
  });
  expect(words).toHaveLength(2);
  return [...new Set(words)].join(" and ");
}

/** The user's limit over all other models, that of the model group `small`, and that of the user group `thrifty`. */
type Rows = { readonly global?: string; readonly small?: string; readonly thrifty?: string };

const entry = (subject: string, target: string, amount: string | undefined) =>
  amount === undefined ? [] : [{ subject, target, amount, window: "daily", unit: "usd" }];

function limits({ global, small, thrifty }: Rows): object[] {
  return [
    ...entry("user:load", "global", global),
    ...entry("user:load", "group:small", small),
    ...entry("group:thrifty", "global", thrifty),
  ];
}

/** All is in the file: what it no longer names is removed. */
type Config = { readonly grouped?: boolean; readonly kept?: boolean; readonly joined?: boolean; readonly rows?: Rows };

function provision({ grouped = false, kept = true, joined = false, rows = {} }: Config, more: object = {}) {
  return stage.provision({
    prune: true,
    userGroups: [{ name: "thrifty" }],
    users: [{ name: "load", role: "user", groups: joined ? ["thrifty"] : [] }],
    modelGroups: kept ? [{ name: "small", models: grouped ? ["gpt-4o"] : ["gpt-4o-mini"] }] : [],
    limits: limits(rows),
    ...more,
  });
}

afterEach(async () => {
  await stage.sql(async (sql) => {
    await sql`delete from boosts`;
    await sql`delete from settings where name = 'modelGroupLimits'`;
  });
});

describe("a provisioning run", () => {
  test("that moves a model into another group and back", async () => {
    const rows = { global: HIGH, small: LOW };
    await provision({ rows });
    expect(await told()).toBe("served");
    await provision({ rows, grouped: true });
    expect(await told()).toBe("refused");
    await provision({ rows });
    expect(await told()).toBe("served");
  }, 60_000);

  test("that deletes a model group, and its limits with it", async () => {
    await provision({ rows: { global: HIGH, small: LOW }, grouped: true });
    expect(await told()).toBe("refused");
    await provision({ rows: { global: HIGH }, kept: false });
    expect(await told()).toBe("served");
  }, 60_000);

  test("that joins a user to a user group, and lets it leave", async () => {
    const rows = { thrifty: LOW };
    await provision({ rows });
    expect(await told()).toBe("served");
    await provision({ rows, joined: true });
    expect(await told()).toBe("refused");
    await provision({ rows });
    expect(await told()).toBe("served");
  }, 60_000);

  test("that grants a boost, and one that ends it", async () => {
    const rows = { global: LOW };
    await provision({ rows });
    expect(await told()).toBe("refused");
    const window = { window: "daily", unit: "usd", amount: HIGH, from: new Date(Date.now() - 60_000).toISOString() };
    const boost = { user: "load", modelGroup: "global", ...window };
    const boosted = (to: Date) => provision({ rows }, { boosts: [{ ...boost, to: to.toISOString() }] });
    await boosted(new Date(Date.now() + 3_600_000));
    expect(await told()).toBe("served");
    await boosted(new Date(Date.now() - 1_000));
    expect(await told()).toBe("refused");
  }, 60_000);

  test("that switches the limits of model groups off and on", async () => {
    const config = { rows: { global: HIGH, small: LOW }, grouped: true };
    await provision(config, { settings: { modelGroupLimits: true } });
    expect(await told()).toBe("refused");
    await provision(config, { settings: { modelGroupLimits: false } });
    expect(await told()).toBe("served");
    await provision(config, { settings: { modelGroupLimits: true } });
    expect(await told()).toBe("refused");
  }, 60_000);
});

describe("plain SQL", () => {
  /** Writes one row more of the user or, through the user group, of its users. */
  const limit = (subject: "user" | "user_group", group: "small" | null, amount: number) =>
    stage.sql(
      (sql) => sql`
        insert into limits (subject_type, user_id, user_group_id, model_group_id, unit, "window", state, amount)
        select ${subject}, case when ${subject} = 'user' then users.id end,
          case when ${subject} = 'user_group' then user_groups.id end,
          (select id from model_groups where name = ${group}), 'usd', 'daily', 'limit', ${amount}
        from users, user_groups where users.name = 'load' and user_groups.name = 'thrifty'`,
    );
  const move = (group: string) =>
    stage.sql(
      (sql) => sql`
        update model_group_models set model_group_id = (select id from model_groups where name = ${group})
        where model = 'gpt-4o'`,
    );
  beforeEach(async () => {
    await provision({});
    await stage.sql(async (sql) => {
      await sql`insert into model_groups (name, slug) values ('other', 'other') on conflict do nothing`;
      await sql`insert into model_group_models (model, model_group_id) select 'gpt-4o', id from model_groups where name = 'other'
        on conflict (model) do update set model_group_id = excluded.model_group_id`;
      await sql`delete from limits`;
    });
  });

  test("that moves a model into another group and back", async () => {
    await limit("user", "small", LOW_NANO_USD);
    expect(await told()).toBe("served");
    await move("small");
    expect(await told()).toBe("refused");
    await move("other");
    expect(await told()).toBe("served");
  }, 60_000);

  test("that deletes a model group, and its limits with it", async () => {
    await move("small");
    await limit("user", "small", LOW_NANO_USD);
    expect(await told()).toBe("refused");
    await stage.sql((sql) => sql`delete from model_groups where name = 'small'`);
    expect(await told()).toBe("served");
    expect(await stage.sql((sql) => sql`select id from limits`)).toEqual([]);
  }, 60_000);

  test("that joins a user to a user group, and lets it leave", async () => {
    await limit("user_group", null, LOW_NANO_USD);
    expect(await told()).toBe("served");
    await stage.sql(
      (sql) => sql`insert into user_group_users (user_group_id, user_id)
        select user_groups.id, users.id from user_groups, users where users.name = 'load'`,
    );
    expect(await told()).toBe("refused");
    await stage.sql((sql) => sql`delete from user_group_users`);
    expect(await told()).toBe("served");
  }, 60_000);

  test("that grants a boost, and ends it", async () => {
    await limit("user", null, LOW_NANO_USD);
    expect(await told()).toBe("refused");
    await grant({ from: -60, to: 3_600 });
    expect(await told()).toBe("served");
    await stage.sql((sql) => sql`update boosts set ended_at = now()`);
    expect(await told()).toBe("refused");
  }, 60_000);

  test("that switches the limits of model groups off and on", async () => {
    await move("small");
    await limit("user", "small", LOW_NANO_USD);
    expect(await told()).toBe("refused");
    await stage.sql((sql) => sql`insert into settings (name, value) values ('modelGroupLimits', 'false')`);
    expect(await told()).toBe("served");
    await stage.sql((sql) => sql`update settings set value = 'true' where name = 'modelGroupLimits'`);
    expect(await told()).toBe("refused");
  }, 60_000);

  test("whose boost lies ahead: it acts at its first instant and no more at its last, though nothing changes then", async () => {
    await limit("user", null, LOW_NANO_USD);
    await grant({ from: 4, to: 8 });
    const [boost] = await stage.sql(
      (sql) => sql<{ from: Date; to: Date }[]>`select valid_from as "from", valid_to as "to" from boosts`,
    );
    const [from, to] = [boost?.from.getTime() ?? 0, boost?.to.getTime() ?? 0];
    const seen: { readonly startedAt: number; readonly endedAt: number; readonly isServed: boolean }[] = [];
    while (Date.now() < to + 1_000) {
      const startedAt = Date.now();
      const answers = await burst(stage, { count: 2, width: 1 });
      for (const answer of answers) seen.push({ startedAt, endedAt: Date.now(), isServed: served([answer]) === 1 });
    }
    const before = seen.filter(({ endedAt }) => endedAt < from);
    const during = seen.filter(({ startedAt, endedAt }) => startedAt >= from && endedAt < to);
    const after = seen.filter(({ startedAt }) => startedAt >= to);
    for (const some of [before, during, after]) expect(some.length).toBeGreaterThan(5);
    expect(before.filter(({ isServed }) => isServed)).toEqual([]);
    expect(during.filter(({ isServed }) => !isServed)).toEqual([]);
    expect(after.filter(({ isServed }) => isServed)).toEqual([]);
  }, 60_000);
});

/** A boost of the user over all models; seconds from now. */
function grant({ from, to }: { readonly from: number; readonly to: number }) {
  return stage.sql(
    (sql) => sql`
      insert into boosts (user_id, unit, "window", amount, valid_from, valid_to, created_by)
      select id, 'usd', 'daily', ${HIGH_NANO_USD}, now() + ${from} * interval '1 second', now() + ${to} * interval '1 second', 'psql'
      from users where name = 'load'`,
  );
}
