import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { buildDatabase, type TestDatabase } from "@test/build-database";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "@/core/errors";
import { createDatabase, type Database, type DatabaseOptions } from "./client";
import { users } from "./schema/users";

/** A TCP proxy that can stop passing bytes on, in both directions and without closing, or cut everything. */
async function openProxy(target: URL) {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server: Server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => isSilent || to.write(bytes));
      from.on("error", () => {});
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    silence(silent: boolean) {
      isSilent = silent;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe("the database client", () => {
  let home: TestDatabase;
  const opened: { close(): unknown }[] = [];

  beforeAll(async () => {
    home = await buildDatabase();
  });
  afterAll(() => home.drop());
  afterEach(async () => {
    for (const thing of opened.splice(0).reverse()) await thing.close();
  });

  const open = (options: DatabaseOptions = {}, url = home.url): Database => {
    const database = createDatabase(url, options);
    opened.push(database);
    return database;
  };
  const openBehindProxy = async (options: DatabaseOptions = {}) => {
    const proxy = await openProxy(new URL(home.url));
    opened.push(proxy);
    return { proxy, database: open(options, proxy.url) };
  };
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error) => (isAppError(error) ? error.code : `raw ${error}`),
    );
  const sleeping = async (database: Database, seconds: number) =>
    await database.db.execute(sql`select pg_sleep(${seconds}::float8)`);

  it("ends a statement that takes too long and goes on with the next", async () => {
    const database = open({ statementMs: 100, poolSize: 1 });
    expect(await codeOf(sleeping(database, 5))).toBe("database_unavailable");
    await database.ping();
    const rows = await database.transaction((tx) => tx.execute(sql`select pg_sleep(0.2) is not null as slept`), {
      statementMs: 5_000,
    });
    expect(rows[0]).toEqual({ slept: true });
  });

  it("waits for a connection only so long", async () => {
    const database = open({ poolSize: 1, waitMs: 50 });
    const busy = sleeping(database, 0.5);
    await home.ping(); // by now the only connection is taken
    const startedAt = performance.now();
    expect(await codeOf(database.ping())).toBe("database_unavailable");
    expect(performance.now() - startedAt).toBeLessThan(400);
    await busy;
    await database.ping();
  });

  it("shares few connections among many callers", async () => {
    const database = open({ poolSize: 3 });
    const pids = await Promise.all(
      Array.from(
        { length: 60 },
        async () => (await database.db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`))[0]?.pid,
      ),
    );
    expect(new Set(pids).size).toBeLessThanOrEqual(3);
  });

  it("gives up a connection that no longer answers, and is whole again when the network is", async () => {
    const { proxy, database } = await openBehindProxy({
      statementMs: 200,
      graceMs: 100,
      connectMs: 1_000,
      poolSize: 4,
    });
    await Promise.all(Array.from({ length: 4 }, () => database.ping()));
    proxy.silence(true);
    const stuck = await Promise.all(Array.from({ length: 3 }, () => codeOf(database.ping())));
    expect(stuck).toEqual(["database_unavailable", "database_unavailable", "database_unavailable"]);
    proxy.silence(false);
    await Promise.all(Array.from({ length: 8 }, () => database.ping()));
  });

  it("never runs the rest of a transaction on another connection when its own is cut", async () => {
    const { proxy, database } = await openBehindProxy();
    const lost = database.transaction(async (tx) => {
      await tx.insert(users).values({ name: "before the cut" });
      proxy.cut();
      await home.db.execute(sql`select pg_sleep(0.1)`);
      await tx.insert(users).values({ name: "after the cut" });
    });
    expect(await codeOf(lost)).toBe("database_unavailable");
    const cutDuring = database.transaction((tx) => {
      const answer = tx.execute(sql`select pg_sleep(1)`);
      void home.ping().then(proxy.cut);
      return answer;
    });
    expect(await codeOf(cutDuring)).toBe("database_unavailable");
    await database.ping();
    expect(await home.sql`select 1 from users where name like '% the cut'`).toEqual([]);
  });

  it("answers at once while the server refuses connections", async () => {
    const refused = new URL(home.url);
    const { proxy } = await openBehindProxy();
    refused.port = new URL(proxy.url).port;
    proxy.close();
    const database = open({}, refused.href);
    expect(await Promise.all([codeOf(database.ping()), codeOf(database.ping())])).toEqual([
      "database_unavailable",
      "database_unavailable",
    ]);
  });

  it("rolls back to a savepoint where an inner transaction fails", async () => {
    await home.transaction(async (tx) => {
      await tx.insert(users).values({ name: "outer" });
      const inner = tx.transaction(async (nested) => {
        await nested.insert(users).values({ name: "inner" });
        await nested.insert(users).values({ name: "OUTER" });
      });
      expect(await codeOf(inner)).toBe("name_taken");
      await tx.transaction((nested) => nested.insert(users).values({ name: "second inner" }));
    });
    const rows = await home.sql<
      { name: string }[]
    >`select name from users where name like '%inner' or name = 'outer' order by name`;
    expect(rows.map((row) => row.name)).toEqual(["outer", "second inner"]);
  });

  it("lets no value out of an error: neither message, nor cause, nor a property", async () => {
    const canary = "canary-7f3a";
    const faults = [
      () => home.db.insert(users).values({ name: canary, role: canary as "admin" }),
      () => home.db.execute(sql`select ${canary}::integer`),
      () => home.transaction((tx) => tx.execute(sql`insert into users (name) values (${canary}), (${canary})`)),
      () => home.transaction((tx) => tx.execute(sql`insert into keys (user_id, name) values (99, ${canary})`)),
      () => home.transaction((tx) => tx.execute(sql`select ${canary} from nowhere`)),
    ];
    for (const fault of faults) {
      const error: unknown = await fault().then(
        () => null,
        (thrown) => thrown,
      );
      expect(isAppError(error)).toBe(true);
      const seen: string[] = [];
      for (let link: unknown = error; link instanceof Error; link = link.cause)
        seen.push(...Object.getOwnPropertyNames(link).map((name) => String(Reflect.get(link as Error, name))));
      expect(seen.join("\n")).not.toContain(canary);
    }
  });

  it("reads one snapshot, and refuses writes in it", async () => {
    const seen = await home.transaction(
      async (tx) => {
        const before = await tx.$count(users);
        await home.sql`insert into users (name) values ('meanwhile')`;
        return [before, await tx.$count(users)];
      },
      { snapshot: true },
    );
    expect(seen[0]).toBe(seen[1]);
    const write = home.transaction((tx) => tx.insert(users).values({ name: "no" }), { snapshot: true });
    expect(await codeOf(write)).toBe("database_unavailable");
  });

  it("waits for running work when it closes, and takes no more", async () => {
    const database = open({ poolSize: 2 });
    const running = sleeping(database, 0.2);
    await database.ping();
    const closed = database.close();
    expect(await codeOf(database.ping())).toBe("database_unavailable");
    await closed;
    expect(await codeOf(running)).toBe("none");
  });
});
