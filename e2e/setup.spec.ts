import type { Page } from "@playwright/test";
import { ADMIN, type RunningSluice, startSluice } from "./support/start-sluice";
import { expect, test } from "./support/test";

let sluice: RunningSluice;
test.beforeAll(async ({ postgresUrl }) => {
  sluice = await startSluice({ serverUrl: postgresUrl, provisioned: false });
});
test.afterAll(() => sluice.stop());

test.describe.configure({ mode: "serial" });

test("a fresh start leads to the wizard and shows nothing before the token", async ({ page, failures }) => {
  failures.allow(401, "/api/");
  await page.goto(sluice.url);
  await expect(page).toHaveURL(/\/setup$/);
  await page.getByLabel("Setup token").fill("not-the-token-not-the-token");
  await page.getByRole("button", { name: "Unlock" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "This setup token is wrong" })).toBeVisible();
  await expect(page.getByText("Database schema")).toHaveCount(0);
});

test("the wizard leads from the printed link to a streamed answer, and the log has the request", async ({ page }) => {
  const token = sluice.setupToken;
  expect(token).not.toBeNull();
  await page.goto(`${sluice.url}/setup#token=${token}`);
  await page.getByRole("button", { name: "Looks right" }).click();

  await page.getByLabel("Name", { exact: true }).fill(ADMIN.name);
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Create admin" }).click();

  await connectUpstream(page);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText(/^sk-sluice-[0-9A-Za-z]{43}$/)).toBeVisible();
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Go on" }).click();

  sluice.upstream.next({ chunks: 12, intervalMs: 120 });
  await page.getByRole("button", { name: "Send test request" }).click();
  const lengths = await growth(page);
  expect(lengths.length).toBeGreaterThanOrEqual(3);
  await expect(page.getByText("Your first request has arrived.")).toBeVisible();
  expect(sluice.upstream.served).toHaveLength(1);

  const requestId = await page.getByText(/^req_[0-9a-f]{32}$/).textContent();
  await page.getByRole("link", { name: "See it in the log" }).click();
  await expect(page.getByRole("dialog")).toContainText(requestId ?? "no request id");
});

test("after the end the wizard is gone", async ({ page, failures }) => {
  failures.allow(404, "/setup");
  await page.goto(`${sluice.url}/login`);
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.getByLabel("Password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.context().clearCookies();
  const reply = await page.goto(`${sluice.url}/setup`);
  expect(reply?.status()).toBe(404);
});

async function connectUpstream(page: Page): Promise<void> {
  await page.getByRole("radio", { name: /OpenAI-compatible/ }).click();
  await page.getByLabel("Base URL").fill("http://127.0.0.1:9");
  await page.getByLabel("Credential").fill("upstream-credential");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(page.getByText("Nothing answers at this address.")).toBeVisible();
  await page.getByLabel("Base URL").fill(sluice.upstream.url);
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(page.getByText("4 models found.")).toBeVisible();
  const takeModels = page.getByRole("button", { name: "Use these models" });
  if (await takeModels.isVisible()) await takeModels.click();
  await page.getByRole("button", { name: "Save channel" }).click();
}

/** Lengths of the answer as it grows, each counted once. */
async function growth(page: Page): Promise<number[]> {
  const answer = page.getByRole("region", { name: "Answer" });
  const lengths = new Set<number>();
  await expect
    .poll(
      async () => {
        const text = (await answer.textContent().catch(() => "")) ?? "";
        if (!text.startsWith("Waiting")) lengths.add(text.length);
        return (await answer.getAttribute("aria-busy").catch(() => "true")) === "false";
      },
      { intervals: [60], timeout: 20_000 },
    )
    .toBe(true);
  return [...lengths];
}
