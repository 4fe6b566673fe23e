import { apiOf } from "./support/api-of";
import { chat } from "./support/chat";
import { signIn } from "./support/sign-in";
import { ADMIN, ALICE, ALICE_KEY, BOB, BOB_KEY } from "./support/start-sluice";
import { expect, test } from "./support/test";

test("a user sees the own requests only, by list, by drawer, by link and by API", async ({
  page,
  sluice,
  failures,
}) => {
  const own = await chat(sluice.url, ALICE_KEY);
  const foreign = await chat(sluice.url, BOB_KEY);
  await signIn(page, sluice.url, ALICE);
  await page.goto(`${sluice.url}/me/requests?r=${own.requestId}`);
  await expect(page.getByRole("dialog")).toContainText(own.requestId);

  failures.allow(404, foreign.requestId);
  failures.allow(404, "/why/");
  const link = await page.goto(`${sluice.url}/why/${foreign.requestId}`);
  expect(link?.status()).toBe(404);
  // The replies as they are, not as the typed client reads them: nothing may tell them apart.
  const reply = await page.request.get(`${sluice.url}/api/v1/me/requests/${foreign.requestId}`);
  expect(reply.status()).toBe(404);
  const unknown = await page.request.get(`${sluice.url}/api/v1/me/requests/req_${"0".repeat(32)}`);
  const strip = (body: Record<string, unknown>) => ({ ...body, requestId: "" });
  expect(strip(await unknown.json())).toEqual(strip(await reply.json()));

  const text = JSON.stringify(await apiOf(page, sluice.url).call("me.requests.list", {}));
  expect(text).toContain(own.requestId);
  expect(text).not.toContain(foreign.requestId);
  expect(text).not.toContain("scripted"); // the channel's name
});

test("a user meets 403 on admin pages and operations", async ({ page, sluice, failures }) => {
  failures.allow(403, "/admin");
  await signIn(page, sluice.url, BOB);
  await page.goto(`${sluice.url}/admin/channels`);
  await expect(page.getByRole("heading", { name: "Not for your role" })).toBeVisible();
  const read = apiOf(page, sluice.url).call("channels.list", {});
  await expect(read).rejects.toMatchObject({ status: 403, code: "forbidden" });
});

test("without a sign-in every page asks for one and comes back to where the reader wanted to go", async ({
  page,
  sluice,
}) => {
  await page.goto(`${sluice.url}/admin/channels`);
  await expect(page).toHaveURL(/\/login\?/);
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.getByLabel("Password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/admin\/channels$/);
});

test("wrong password, lock-out and an unsafe return path are told apart", async ({ page, sluice, failures }) => {
  failures.allow(401, "/api/auth/");
  failures.allow(429, "/api/auth/");
  await page.goto(`${sluice.url}/login?next=https://evil.example/`);
  await page.getByLabel("Email").fill("nobody@example.com");
  await page.getByLabel("Password").fill("not the password at all");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Email or password is wrong." })).toBeVisible();
  for (let attempt = 0; attempt < 10; attempt++) {
    await page.request.post(`${sluice.url}/api/auth/sign-in/email`, {
      headers: { origin: sluice.url },
      data: { email: "nobody@example.com", password: "not the password at all" },
    });
  }
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Too many attempts." })).toBeVisible();
  // The lock is the account's: another one can sign in on the same page, and the unsafe return path is ignored.
  await page.getByLabel("Email").fill(BOB.email);
  await page.getByLabel("Password").fill(BOB.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${sluice.url}/me`);
});
