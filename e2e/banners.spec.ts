import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { startRedis } from "@test/setup/start-redis";
import { startTestPostgres } from "@test/setup/test-postgres";
import postgres from "postgres";
import { expectAccessible } from "./support/expect-accessible";
import { signIn } from "./support/sign-in";
import { ADMIN, startSluice } from "./support/start-sluice";
import { expect, test } from "./support/test";

const RENEWAL_MS = 15_000;

/** The page asks for its notices until `check` passes: the gateway itself hears of a change within a second or two. */
const renewed = (page: Page, check: () => Promise<void>) =>
  expect(async () => {
    await page.clock.fastForward(RENEWAL_MS);
    await check();
  }).toPass({ timeout: 60_000 });

test("an open page tells that the database went away, since when, and that it came back", async ({
  page,
  failures,
}) => {
  test.setTimeout(180_000);
  failures.allow(503, "/api/v1/");
  await using ends = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "sluice-e2e-outage-"));
  ends.defer(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o711); // the database has an account of its own
  let database = await startTestPostgres(folder);
  ends.defer(() => database.stop());
  const port = Number(new URL(database.url).port);
  const sluice = await startSluice({ serverUrl: database.url, provisioned: true });
  ends.defer(sluice.stop);
  const banner = page.getByRole("list", { name: "Notices" });
  await page.clock.install();
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/admin`);
  await expect(banner).toHaveCount(0);

  await database.stop();
  await page.clock.fastForward(RENEWAL_MS);
  await expect(banner).toContainText(/The database has not answered since .+ \d{4}/, { timeout: 30_000 });
  await expect(banner.getByRole("button")).toHaveCount(0);
  await expectAccessible(page, "/admin without a database");

  database = await startTestPostgres(folder, port);
  await renewed(page, () => expect(banner).toHaveCount(0, { timeout: 5_000 }));
});

test("one replica on the embedded database says so until it is dismissed", async ({ page }) => {
  test.setTimeout(180_000);
  await using ends = new AsyncDisposableStack();
  const sluice = await startSluice({ serverUrl: null, provisioned: true });
  ends.defer(sluice.stop);
  const banner = page.getByRole("list", { name: "Notices" });
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/admin`);
  await expect(banner).toContainText("serve one replica only");
  await expectAccessible(page, "/admin with a banner");
  await banner.getByRole("button", { name: "Dismiss this notice" }).click();
  await expect(banner).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(banner).toHaveCount(0);
});

test("an open page tells that limits of model groups are off, and that they are on again", async ({ page, sluice }) => {
  const sql = postgres(sluice.databaseUrl, { max: 1 });
  const banner = page.getByRole("list", { name: "Notices" });
  try {
    await page.clock.install();
    await signIn(page, sluice.url, ADMIN);
    await page.goto(`${sluice.url}/admin`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(banner).toHaveCount(0);

    await sql`insert into settings (name, value) values ('modelGroupLimits', 'false')`;
    const text = "Limits of model groups are switched off";
    await renewed(page, () => expect(banner).toContainText(text, { timeout: 2_000 }));
    await expect(banner.getByRole("button")).toHaveCount(0);
    await expectAccessible(page, "/admin with limits switched off");

    await sql`update settings set value = 'true' where name = 'modelGroupLimits'`;
    await renewed(page, () => expect(banner).toHaveCount(0, { timeout: 2_000 }));
  } finally {
    await sql`delete from settings where name = 'modelGroupLimits'`;
    await sql.end();
  }
});

test("an open page tells that the counters went away although nobody calls, and that they came back", async ({
  page,
  postgresUrl,
}) => {
  test.setTimeout(180_000);
  await using ends = new AsyncDisposableStack();
  const redis = await startRedis();
  ends.defer(redis.stop);
  const sluice = await startSluice({ serverUrl: postgresUrl, provisioned: true, redisUrl: redis.url });
  ends.defer(sluice.stop);
  const banner = page.getByRole("list", { name: "Notices" });
  await page.clock.install();
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/admin`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(banner).toHaveCount(0);

  redis.pause();
  const text = /The counters of limits have not answered since .+ \d{4}.+ Calls pass within a small allowance/;
  await renewed(page, () => expect(banner).toContainText(text, { timeout: 2_000 }));
  await expectAccessible(page, "/admin without counters");
  redis.resume();
  await renewed(page, () => expect(banner).toHaveCount(0, { timeout: 2_000 }));
});
