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
