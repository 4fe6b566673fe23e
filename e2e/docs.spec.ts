import { gzipSync } from "node:zlib";
import { apiOf } from "./support/api-of";
import { expectAccessible } from "./support/expect-accessible";
import { signIn } from "./support/sign-in";
import { ADMIN, ALICE } from "./support/start-sluice";
import { expect, test } from "./support/test";

type Document = { paths: Record<string, Record<string, { operationId: string; tags: readonly string[] }>> };

const isMethod = (name: string) => /^(get|post|put|patch|delete)$/.test(name);

test("the API reference lists every operation of the OpenAPI document, and tells of each on the page of its noun", async ({
  page,
  sluice,
}) => {
  test.setTimeout(240_000);
  const document: Document = await (await page.request.get(`${sluice.url}/api/openapi.json`)).json();
  const operations = Object.values(document.paths).flatMap((item) =>
    Object.entries(item).flatMap(([method, operation]) => (isMethod(method) ? [operation] : [])),
  );
  expect(operations.length).toBeGreaterThan(80);
  await page.goto(`${sluice.url}/docs/api`);
  const links = page.locator("main a[href*='#']");
  const listed = await links.evaluateAll((all) =>
    all.map((link) => new URL((link as HTMLAnchorElement).href)).map((url) => url.hash.slice(1)),
  );
  expect([...new Set(listed)].filter((id) => id !== "main").sort()).toEqual(
    operations.map(({ operationId }) => operationId).sort(),
  );

  const pages = await page
    .locator("nav a[href^='/docs/api/']")
    .evaluateAll((all) => [...new Set(all.map((link) => link.getAttribute("href")?.split("#")[0] ?? ""))]);
  const told: string[] = [];
  for (const path of pages) {
    await page.goto(sluice.url + path);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    told.push(...(await page.locator("main section[id*='.']").evaluateAll((all) => all.map(({ id }) => id))));
  }
  expect(told.sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
});

test("the index finds an operation by its path and leads to it", async ({ page, sluice }) => {
  await page.goto(`${sluice.url}/docs/api`);
  await page.getByRole("searchbox", { name: "Path, name or word" }).fill("rpm-status");
  await page
    .getByRole("navigation", { name: "Operations by noun" })
    .getByRole("link", { name: /rpm-status/ })
    .click();
  await expect(page).toHaveURL(/\/docs\/api\/rates#rates\.rpmStatus$/);
  await expect(
    page
      .getByRole("region", { name: /./ })
      .locator("[id='rates.rpmStatus-title']")
      .or(page.locator("[id='rates.rpmStatus-title']")),
  ).toBeInViewport();
});

test("a signed-in admin tries a read and sees its reply", async ({ page, sluice }) => {
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/admin`);
  await page.getByRole("link", { name: "API reference" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("API reference");
  await page.goto(`${sluice.url}/docs/api/users`);
  await page.getByRole("button", { name: "Try it: users.list" }).click();
  const form = page.getByRole("form", { name: "Call users.list" });
  await form.getByRole("button", { name: "Send" }).click();
  await expect(form.getByText("200", { exact: true })).toBeVisible();
  await expect(form.getByRole("region", { name: "Body of the answer" })).toContainText(ALICE.name);
  await expect(form).toContainText("x-sluice-request-id");
});

test("a POST asks first, then makes what it says", async ({ page, sluice }) => {
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/docs/api/user-groups`);
  await page.getByRole("button", { name: "Try it: userGroups.create" }).click();
  const form = page.getByRole("form", { name: "Call userGroups.create" });
  const body = form.getByLabel("Body", { exact: true });
  await body.fill("{");
  await form.getByRole("button", { name: "Send" }).click();
  await expect(form.getByText("This is not JSON.")).toBeVisible();
  await body.fill(JSON.stringify({ name: "made in the reference" }));
  await form.getByRole("button", { name: "Fill in a new key" }).click();
  await form.getByRole("button", { name: "Send" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("POST /api/v1/user-groups");
  await dialog.getByRole("button", { name: "Send" }).click();
  await expect(form.getByRole("region", { name: "Body of the answer" })).toContainText("made in the reference");
  const groups = await apiOf(page, sluice.url).whole("userGroups.list", {});
  expect(groups.items.map(({ name }) => name)).toContain("made in the reference");
});

test("a refusal is shown with its sentence", async ({ page, sluice, failures }) => {
  failures.allow(404, "/api/v1/users/");
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/docs/api/users`);
  await page.getByRole("button", { name: "Try it: users.get" }).click();
  const form = page.getByRole("form", { name: "Call users.get" });
  await form.getByLabel("id", { exact: true }).fill("99999999");
  await form.getByRole("button", { name: "Send" }).click();
  await expect(form.getByRole("alert")).toHaveText("This does not exist, or is not yours to see.");
});

test("the live board is shown event by event until it is stopped", async ({ page, sluice }) => {
  await signIn(page, sluice.url, ADMIN);
  await page.goto(`${sluice.url}/docs/api/channels`);
  await page.getByRole("button", { name: "Try it: channels.live" }).click();
  const form = page.getByRole("form", { name: "Call channels.live" });
  await form.getByRole("switch", { name: "As a stream of events" }).click();
  await form.getByRole("button", { name: "Send" }).click();
  await expect(form.getByRole("region", { name: "Body of the answer" })).toContainText("event: snapshot");
  await form.getByRole("button", { name: "Stop" }).click();
  await expect(form.getByRole("button", { name: "Stop" })).toHaveCount(0);
});

test("the signed-out read the reference unless the setting closes it; then they sign in and come back", async ({
  page,
  sluice,
}) => {
  await page.goto(`${sluice.url}/docs/api/users`);
  const signInHere = page.getByRole("button", { name: "Sign in" });
  await expect(signInHere).toHaveAttribute("href", "/login?next=%2Fdocs%2Fapi%2Fusers");
  await page.getByRole("button", { name: "Try it: users.list" }).click();
  await expect(page.getByLabel("Access token", { exact: true })).toBeVisible();

  await signIn(page, sluice.url, ADMIN);
  const api = apiOf(page, sluice.url);
  await api.call("settings.update", { publicDocs: false });
  const cookies = await page.context().cookies();
  try {
    await page.context().clearCookies();
    await expect(async () => {
      await page.goto(`${sluice.url}/docs/api/users`);
      expect(new URL(page.url()).pathname).toBe("/login");
    }).toPass();
    expect(new URL(page.url()).searchParams.get("next")).toBe("/docs/api/users");
    await page.getByLabel("Email").fill(ALICE.email);
    await page.getByLabel("Password").fill(ALICE.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${sluice.url}/docs/api/users`);
  } finally {
    await page.context().clearCookies();
    await page.context().addCookies(cookies);
    await api.call("settings.update", { publicDocs: true });
  }
});

test("a noun that does not exist is answered with 404", async ({ page, sluice, failures }) => {
  failures.allow(404, "/docs/api/none");
  const reply = await page.goto(`${sluice.url}/docs/api/none`);
  expect(reply?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
});

for (const theme of ["light", "dark"] as const) {
  test(`axe finds nothing on the reference for the signed-out and in an open form in the ${theme} theme`, async ({
    page,
    sluice,
  }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${sluice.url}/docs/api`);
      await expectAccessible(page, `/docs/api signed out ${width} ${theme}`);
      await page.goto(`${sluice.url}/docs/api/user-groups`);
      await page.locator("details").evaluateAll((all) => {
        for (const each of all) each.setAttribute("open", "");
      });
      await page.getByRole("button", { name: "Try it: userGroups.create" }).click();
      await page.getByRole("button", { name: "Send" }).click();
      await expectAccessible(page, `/docs/api/user-groups signed out ${width} ${theme}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
  });
}

test("the documentation starts with the API reference, in the reader's language", async ({ page, sluice }) => {
  await page.goto(`${sluice.url}/docs`);
  await expect(page).toHaveURL(`${sluice.url}/docs/api`);
  await page.goto(`${sluice.url}/ru/docs`);
  await expect(page).toHaveURL(`${sluice.url}/ru/docs/api`);
});

test("the longest pages of the reference stay within 60 kB, compressed", async ({ page, sluice }) => {
  await signIn(page, sluice.url, ADMIN);
  for (const path of ["", "/channels", "/me", "/model-groups", "/limits"]) {
    const reply = await page.request.get(`${sluice.url}/docs/api${path}`);
    expect(gzipSync(await reply.body()).length, path).toBeLessThanOrEqual(60_000);
  }
});
