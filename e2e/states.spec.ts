import { chat } from "./support/chat";
import { expectAccessible } from "./support/expect-accessible";
import { failRenewal } from "./support/fail-renewal";
import { signIn } from "./support/sign-in";
import { ADMIN, ALICE_KEY } from "./support/start-sluice";
import { expect, test } from "./support/test";

const READING_PAGES = [
  ...["/admin/channels", "/admin/channels/1", "/admin/users", "/admin/users/1", "/admin/keys", "/admin/requests"],
  ...["/me", "/me/requests"],
];

test.beforeAll(async ({ sluice }) => {
  await chat(sluice.url, ALICE_KEY);
});

for (const theme of ["light", "dark"] as const) {
  test(`data that could not be renewed is greyed, dated and still legible in the ${theme} theme`, async ({
    page,
    sluice,
    failures,
  }) => {
    test.setTimeout(180_000);
    failures.allow(500, "/api/v1/");
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await signIn(page, sluice.url, ADMIN);
    await failRenewal(page);
    for (const path of READING_PAGES) {
      await page.goto(sluice.url + path);
      await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
      await expect(page.getByText(/^data \d+(\.\d)? (sec|min) old$/).first()).toBeVisible();
      await expectAccessible(page, `${path} stale ${theme}`);
    }
  });
}

test("a reader whose clock is ahead of the server's gets the same page", async ({ page, sluice }) => {
  await page.clock.install({ time: Date.now() + 600_000 });
  await signIn(page, sluice.url, ADMIN);
  for (const path of READING_PAGES) {
    await page.goto(sluice.url + path);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  }
});

for (const path of ["/admin/channels/99999999", "/admin/users/99999999", "/admin/channels/none", "/ja/admin/users/0"]) {
  test(`what does not exist is answered with 404 and the not-found page: ${path}`, async ({
    page,
    sluice,
    failures,
  }) => {
    failures.allow(404, path);
    await signIn(page, sluice.url, ADMIN);
    const reply = await page.goto(sluice.url + path);
    expect(reply?.status()).toBe(404);
    await expect(page.getByRole("navigation").first()).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(
      path.startsWith("/ja/") ? "ページが見つかりません" : "Page not found",
    );
  });
}

test("a request that does not exist is answered with 404", async ({ page, sluice, failures }) => {
  failures.allow(404, "/why/");
  await signIn(page, sluice.url, ADMIN);
  const reply = await page.goto(`${sluice.url}/why/req_${"0".repeat(32)}`);
  expect(reply?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
});
