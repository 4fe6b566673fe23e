import type { Page } from "@playwright/test";
import { startRedis } from "@test/setup/start-redis";
import { apiOf } from "./support/api-of";
import { chat } from "./support/chat";
import { expectAccessible } from "./support/expect-accessible";
import { signIn } from "./support/sign-in";
import { ADMIN, ALICE, ALICE_KEY, startSluice } from "./support/start-sluice";
import { expect, test } from "./support/test";

/* The limiter of a channel in its form, and what the board shows of it while calls run (dashboard.md 13: 25, 27, 28, 29). */

const mode = (page: Page, name: string) => page.getByRole("radio", { name: new RegExp(`^${name}`) });
const effect = (page: Page) => page.getByRole("status").filter({ hasText: /Request|No limit|Fill in/ });
const rowOf = (page: Page) => page.getByRole("row").filter({ hasText: "scripted" });
const cellOf = (page: Page) => rowOf(page).locator("[data-state]");

async function fill(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value);
}

async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save changes" }).click();
}

async function openForm(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/admin/channels`);
  await page.getByRole("link", { name: "scripted" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "scripted" })).toBeVisible();
}

test.describe.configure({ mode: "serial" });

test("the form says what each mode does, and refuses numbers that do not fit at their fields", async ({
  page,
  sluice,
}) => {
  await signIn(page, sluice.url, ADMIN);
  await openForm(page, sluice.url);
  await expect(mode(page, "Off")).toBeChecked();
  await expect(effect(page)).toHaveText("No limit. Everything is sent.");

  await mode(page, "Observe").check();
  await fill(page, { Capacity: "5" });
  await expect(effect(page)).toHaveText("Request 6 is sent all the same.");
  const advisory = page.getByText("Requests above the capacity are not blocked");
  await expect(advisory).toBeVisible();
  await expectAccessible(page, "/admin/channels/[id] with the advisory");
  await page.getByRole("button", { name: "Use Reject" }).click();
  await expect(mode(page, "Reject")).toBeChecked();
  await expect(advisory).toHaveCount(0);
  await expect(effect(page)).toContainText("Request 6 is refused at once with 429 channel_queue_full");

  await mode(page, "Queue").check();
  await fill(page, { Capacity: "0" });
  await save(page);
  for (const label of ["Capacity", "Queue size", "Longest wait"])
    await expect(page.getByLabel(label, { exact: true })).toHaveAttribute("aria-invalid", "true");
  await fill(page, { Capacity: "2", "Queue size": "3", "Longest wait": "1500", "Waiting per key": "4" });
  await save(page);
  await expect(page.getByLabel("Waiting per key")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Capacity", { exact: true })).not.toHaveAttribute("aria-invalid", "true");
  await fill(page, { "Longest wait": "90000" });
  await expect(page.getByText("Many clients give up within a minute.")).toBeVisible();

  await fill(page, { "Longest wait": "1500", "Waiting per key": "" });
  await expect(effect(page)).toHaveText(
    "Request 3 waits up to 1.5 sec, then 429 channel_queue_timeout. Request 6 is refused at once with 429 channel_queue_full.",
  );
  await save(page);
  await expect(page.getByText("Changes saved")).toBeVisible();
  await page.reload();
  await expect(mode(page, "Queue")).toBeChecked();
  await expect(page.getByLabel("Queue size", { exact: true })).toHaveValue("3");
});

test("REST refuses the same numbers with the same codes", async ({ page, sluice }) => {
  await signIn(page, sluice.url, ADMIN);
  const api = apiOf(page, sluice.url);
  const [channel] = (await api.call("channels.list", {})).items;
  const { id, version } = channel ?? { id: 0, version: 0 };
  const limiter = { mode: "queue", capacity: 0, queueSize: null, queueTimeoutMs: 99 } as never; // the types forbid it
  const refusal = await api.call("channels.update", { id, version, limiter }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ status: 422, code: "validation_failed" });
  const { fields } = refusal as { fields: readonly { path: string; code: string }[] };
  expect(fields.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
    "limiter.capacity capacity_out_of_range",
    "limiter.queueSize queue_size_required",
    "limiter.queueTimeoutMs queue_timeout_out_of_range",
  ]);
});

test("of eight calls at once four are served, one waits too long and three find no place, and the board shows it", async ({
  page,
  sluice,
}) => {
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/admin/channels`);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await expect(cellOf(page)).toContainText("0/2 Q 0/3");
  // Longer than a second, so that the board is read while all places are taken.
  const calls = Promise.all(Array.from({ length: 8 }, () => chat(sluice.url, ALICE_KEY, "delayMs=1200")));
  await expect(cellOf(page)).toContainText("2/2 Q 3/3");
  await expect(cellOf(page)).toHaveAttribute("data-state", "full");
  await expect(page.getByRole("img", { name: "Full: 2 of 2 places taken, 3 of 3 waiting" })).toBeVisible();
  const outcomes = (await calls).map(({ status, code }) => (status === 200 ? "200" : `${status} ${code}`));
  expect(outcomes.sort()).toEqual([
    ...["200", "200", "200", "200"],
    ...["429 channel_queue_full", "429 channel_queue_full", "429 channel_queue_full", "429 channel_queue_timeout"],
  ]);
  await expect(cellOf(page)).toContainText("0/2 Q 0/3");
  await expect(cellOf(page)).toHaveAttribute("data-state", "idle");
  await expect(rowOf(page).locator("[data-health]")).toBeVisible();
});

test("the drawer of a channel tells of its last minutes, and leads to its limits", async ({ page, sluice }) => {
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/admin/channels`);
  await rowOf(page).getByRole("cell").nth(4).click();
  const drawer = page.getByRole("dialog");
  await expect(drawer).toContainText("3 full · 1 after waiting");
  await expect(drawer).toContainText("nobody waits");
  await expect(drawer).toContainText("Last failures");
  await expect(page).toHaveURL(/open=\d+/);
  await expectAccessible(page, "/admin/channels with the drawer");
  await drawer.getByRole("link", { name: "Edit limits" }).click();
  await expect(mode(page, "Queue")).toBeChecked();
});

test("a board whose stream is cut asks every five seconds, and takes the stream again; paused it stands still", async ({
  page,
  sluice,
  failures,
}) => {
  failures.allow(503, "/channels/live");
  await signIn(page, sluice.url, ADMIN);
  await page.clock.install();
  let isCut = true;
  await page.route("**/api/v1/channels/live", (route) => {
    const isStream = route.request().headers().accept?.includes("text/event-stream") === true;
    return isCut && isStream ? route.fulfill({ status: 503 }) : route.continue();
  });
  await page.goto(`${sluice.url}/admin/channels`);
  await expect(async () => {
    await page.clock.fastForward(1_000);
    await expect(page.getByText("Every 5 s")).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(cellOf(page)).toContainText("0/2 Q 0/3");
  isCut = false;
  await page.clock.fastForward(30_000);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await expect(rowOf(page)).toHaveCount(1);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
});

test("nobody but an admin sees the board", async ({ page, sluice }) => {
  await signIn(page, sluice.url, ALICE);
  const read = apiOf(page, sluice.url).call("channels.live", {});
  await expect(read).rejects.toMatchObject({ status: 403, code: "forbidden" });
  const headers = { accept: "text/event-stream" }; // which the typed client, made for replies, does not ask for
  const stream = await page.request.get(`${sluice.url}/api/v1/channels/live`, { headers });
  expect(stream.status()).toBe(403);
});

test("a channel takes a second credential, switches one off, and gives it back", async ({ page, sluice }) => {
  await signIn(page, sluice.url, ADMIN);
  await openForm(page, sluice.url);
  await page.getByRole("button", { name: "Add credential" }).click();
  await page.getByLabel("Credential 2", { exact: true }).fill("second-upstream-credential");
  await page.getByRole("switch", { name: "Use it" }).first().uncheck();
  await save(page);
  await expect(page.getByText("Changes saved")).toBeVisible();
  await expect(page.getByText("Ends in tial, set")).toHaveCount(2);
  expect(await page.content()).not.toContain("second-upstream-credential");
  expect((await chat(sluice.url, ALICE_KEY)).status).toBe(200);

  await page.getByRole("button", { name: "Remove Credential 2" }).click();
  await page.getByRole("switch", { name: "Use it" }).check();
  await mode(page, "Off").check();
  await save(page);
  await expect(page.getByText("Changes saved").first()).toBeVisible();
  await expect(page.getByText("Ends in tial, set")).toHaveCount(1);
  expect((await chat(sluice.url, ALICE_KEY)).status).toBe(200);
});

test("a channel takes a header and an operation, keeps both, and refuses a header that is not its to set", async ({
  page,
  sluice,
}) => {
  await signIn(page, sluice.url, ADMIN);
  await openForm(page, sluice.url);
  const opener = page.getByRole("button", { name: "Advanced" });
  const name = page.getByLabel("Name of header 1");
  const operation = (label: string) => page.getByRole("checkbox", { name: label, exact: true });
  await expect(operation("All operations")).toBeHidden();
  await opener.press("Enter");
  await operation("All operations").press("Space");
  await operation("Messages").uncheck();
  await page.getByRole("button", { name: "Add header" }).press("Enter");
  await expect(name).toBeFocused();
  await name.fill("Authorization");
  await page.getByLabel("Value of header 1").fill("team a");
  for (const _ of ["first", "second"]) {
    await opener.click();
    await expect(name).toBeHidden();
    await save(page);
    await expect(name).toBeFocused();
  }
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription("This header name cannot be used here.");
  await expectAccessible(page, "/admin/channels/[id] with a wrong header");

  await name.fill("x-team");
  await save(page);
  await expect(page.getByText("Changes saved")).toBeVisible();
  await page.reload();
  await expect(opener).toHaveAttribute("aria-expanded", "true");
  await expect(name).toHaveValue("x-team");
  await expect(page.getByLabel("Value of header 1")).toHaveValue("team a");
  await expect(operation("Chat completions")).toBeChecked();
  await expect(operation("Messages")).not.toBeChecked();
  expect((await chat(sluice.url, ALICE_KEY)).status).toBe(200);

  await page.getByRole("button", { name: "Delete row 1" }).click();
  await operation("All operations").check();
  await save(page);
  await expect(page.getByText("Changes saved").first()).toBeVisible();
});

test("the board of either replica shows both, and the last numbers while Redis is away", async ({
  page,
  postgresUrl,
  failures,
}) => {
  test.setTimeout(180_000);
  failures.allow(503, "/api/");
  await using ends = new AsyncDisposableStack();
  const redis = await startRedis();
  ends.defer(() => redis.stop());
  const common = { serverUrl: postgresUrl, provisioned: true, redisUrl: redis.url };
  const first = await startSluice(common);
  ends.defer(first.stop);
  const second = await startSluice({ ...common, provisioned: false, beside: first });
  ends.defer(second.stop);
  await signIn(page, first.url, ADMIN);
  const api = apiOf(page, first.url);
  const [channel] = (await api.call("channels.list", {})).items;
  const { id, version } = channel ?? { id: 0, version: 0 };
  const limiter = { mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 60_000 } as const;
  await api.call("channels.update", { id, version, limiter });
  await page.goto(`${first.url}/admin/channels?open=${id}`);
  const drawer = page.getByRole("dialog");
  await expect(drawer).toContainText("0/2 Q 0/3");
  await expect(drawer.getByText("Replicas that report").locator("..")).toContainText("2", { timeout: 20_000 });

  const calls = Promise.all(
    [first, second, second].map(({ url }) => chat(url, ALICE_KEY, "delayMs=20000").catch(() => null)),
  );
  await expect(drawer).toContainText("2/2 Q 1/3");
  redis.pause();
  ends.defer(() => redis.resume());
  await expect(drawer.locator("[data-stale=true]")).toContainText("2/2 Q 1/3");
  await expect(page.getByText("Old numbers", { exact: true })).toBeVisible();
  await expect(drawer).toContainText("No report", { timeout: 15_000 });
  redis.resume();
  await expect(drawer.locator("[data-stale=false]")).toBeVisible();
  await calls;
  await expect(drawer).toContainText("0/2 Q 0/3", { timeout: 60_000 });
});
