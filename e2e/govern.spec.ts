import Anthropic from "@anthropic-ai/sdk";
import type { Page } from "@playwright/test";
import OpenAI from "openai";
import postgres from "postgres";
import { apiOf } from "./support/api-of";
import { chat } from "./support/chat";
import { signIn } from "./support/sign-in";
import { ADMIN, ALICE, ALICE_KEY, BOB_KEY } from "./support/start-sluice";
import { expect, test } from "./support/test";

async function openDrawer(page: Page, url: string, requestId: string) {
  await page.goto(`${url}/admin/requests?r=${requestId}`);
  const drawer = page.getByRole("dialog");
  await expect(drawer).toContainText(requestId);
  return drawer;
}

test("a call of each SDK stands in the log with its user and its exact cost", async ({ page, sluice }) => {
  const openai = new OpenAI({ apiKey: ALICE_KEY, baseURL: `${sluice.url}/v1` });
  const { response: chatReply } = await openai.chat.completions
    .create({ model: "gpt-4o", messages: [{ role: "user", content: "How many?" }] })
    .withResponse();
  const anthropic = new Anthropic({ apiKey: ALICE_KEY, baseURL: sluice.url });
  const { response: messageReply } = await anthropic.messages
    .create({ model: "claude-sonnet-4-5", max_tokens: 64, messages: [{ role: "user", content: "How many?" }] })
    .withResponse();
  await signIn(page, sluice.url, ADMIN);
  // 100 tokens in and 50 out: $2.50 and $10 per million for one model, $3 and $15 for the other.
  for (const [reply, cost] of [
    [chatReply, "$0.00075"],
    [messageReply, "$0.00105"],
  ] as const) {
    const drawer = await openDrawer(page, sluice.url, reply.headers.get("x-sluice-request-id") ?? "");
    await expect(drawer).toContainText(cost);
    await expect(drawer).toContainText(ALICE.name);
    await expect(drawer.getByText("100", { exact: true }).first()).toBeVisible();
  }
  await page.goto(`${sluice.url}/admin/requests`);
  await expect(page.getByText("$0.00105").first()).toBeVisible();
});

test("a call that failed upstream costs nothing, and a refused one says why", async ({ page, sluice }) => {
  const broken = await chat(sluice.url, BOB_KEY, "status=500");
  expect(broken.status).toBe(500);
  const refused = await fetch(`${sluice.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${BOB_KEY}` },
    body: JSON.stringify({ model: "no-such-model", messages: [] }),
  });
  expect(refused.status).toBe(404);
  await signIn(page, sluice.url, ADMIN);
  const failed = await openDrawer(page, sluice.url, broken.requestId);
  await expect(failed).toContainText("$0.00");
  const drawer = await openDrawer(page, sluice.url, refused.headers.get("x-sluice-request-id") ?? "");
  await expect(drawer).toContainText("model_not_found");
});

test("a key made in the page opens the gateway, and stops within a second of being disabled", async ({
  page,
  sluice,
}) => {
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/admin/keys`);
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Owner" }).fill(ALICE.name);
  await page.getByRole("option", { name: ALICE.name }).click();
  await dialog.getByLabel("Name").fill("build server");
  await dialog.getByRole("button", { name: "Create key" }).click();
  const secret = (await page.getByText(/^sk-sluice-[0-9A-Za-z]{43}$/).textContent()) ?? "";
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  expect((await chat(sluice.url, secret)).status).toBe(200);

  const row = page.getByRole("row").filter({ hasText: "build server" });
  await row.getByRole("button").last().click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await page.getByRole("button", { name: "Disable" }).click();
  await expect(row).toContainText("Disabled");
  await expect
    .poll(() => chat(sluice.url, secret), { timeout: 1_000 })
    .toMatchObject({ status: 401, code: "key_disabled" });
});

test("a key, a user and a channel changed by hand in the database act within a second", async ({ sluice }) => {
  const sql = postgres(sluice.databaseUrl, { max: 1 });
  const act = async (statement: () => Promise<unknown>, expected: Record<string, unknown>) => {
    await statement();
    await expect.poll(() => chat(sluice.url, BOB_KEY), { timeout: 1_000, intervals: [50] }).toMatchObject(expected);
  };
  try {
    await act(() => sql`select 1`, { status: 200 });
    await act(() => sql`update keys set enabled = false where user_id = (select id from users where name = 'bob')`, {
      status: 401,
      code: "key_disabled",
    });
    await act(() => sql`update keys set enabled = true where user_id = (select id from users where name = 'bob')`, {
      status: 200,
    });
    await act(() => sql`update users set enabled = false where name = 'bob'`, { status: 403, code: "user_disabled" });
    await act(() => sql`update users set enabled = true where name = 'bob'`, { status: 200 });
    await act(() => sql`update channels set enabled = false`, { status: 404, code: "model_not_found" });
    await act(() => sql`update channels set enabled = true`, { status: 200 });
  } finally {
    await sql.end();
  }
});

test("a channel is refused with a bad address, tested, saved, and never shows its credential", async ({
  page,
  sluice,
}) => {
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/admin/channels`);
  await page.getByRole("link", { name: "New channel" }).click();
  await page.getByLabel("Name", { exact: true }).fill("second upstream");
  await page.getByLabel("Base URL").fill("ftp://127.0.0.1/v1");
  await page.getByLabel("Credential").fill("another-upstream-credential");
  await page.getByRole("button", { name: "Create channel" }).click();
  await expect(
    page
      .getByText(/http/i)
      .filter({ hasText: /address|URL/ })
      .first(),
  ).toBeVisible();

  await page.getByLabel("Base URL").fill(sluice.upstream.url);
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(page.getByText("It offers 4 models.")).toBeVisible();
  await page.getByRole("button", { name: "Create channel" }).click();
  await page.getByRole("link", { name: "second upstream" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "second upstream" })).toBeVisible();
  await expect(page.getByText("Ends in tial, set")).toBeVisible();
  expect(await page.content()).not.toContain("another-upstream-credential");

  const id = Number(/channels\/(\d+)/.exec(page.url())?.[1]);
  await apiOf(page, sluice.url).call("channels.delete", { id });
});
