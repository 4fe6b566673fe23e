import type { Page } from "@playwright/test";
import { chat } from "./support/chat";
import { expectAccessible } from "./support/expect-accessible";
import { signIn } from "./support/sign-in";
import { ADMIN, ALICE, ALICE_KEY } from "./support/start-sluice";
import { expect, test } from "./support/test";

const ADMIN_PAGES = [
  "/admin",
  "/admin/channels",
  "/admin/users",
  "/admin/keys",
  "/admin/requests",
  "/docs/api/channels",
];
const OWN_PAGES = ["/me", "/me/requests", "/me/keys", "/docs/api", "/docs/api/me"];
const LOCALES = ["en", "zh-CN", "zh-TW", "ja", "ru"] as const;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

test.beforeAll(async ({ sluice }) => {
  await chat(sluice.url, ALICE_KEY);
});

async function expectNoSidewaysScroll(page: Page, name: string): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, name).toBeLessThanOrEqual(0);
}

for (const theme of ["light", "dark"] as const) {
  test(`axe reports nothing on any page in the ${theme} theme, on a desk and in a hand`, async ({ page, sluice }) => {
    test.setTimeout(240_000);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.goto(`${sluice.url}/login`);
    await expectAccessible(page, "/login");
    await signIn(page, sluice.url, ADMIN);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const path of ADMIN_PAGES) {
        await page.goto(sluice.url + path);
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
        await expectAccessible(page, `${path} ${size.width} ${theme}`);
        await expectNoSidewaysScroll(page, `${path} ${size.width}`);
      }
    }
    await page.context().clearCookies();
    await signIn(page, sluice.url, ALICE);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const path of OWN_PAGES) {
        await page.goto(sluice.url + path);
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
        await expectAccessible(page, `${path} ${size.width} ${theme}`);
        await expectNoSidewaysScroll(page, `${path} ${size.width}`);
      }
    }
  });
}

test("every page speaks all five languages, without a raw key and without overflow in a hand", async ({
  page,
  sluice,
}) => {
  test.setTimeout(240_000);
  await signIn(page, sluice.url, ADMIN);
  await page.setViewportSize({ width: 390, height: 844 });
  const titles = new Map<string, Set<string>>();
  for (const locale of LOCALES) {
    for (const path of [...ADMIN_PAGES, ...OWN_PAGES]) {
      await page.goto(`${sluice.url}${locale === "en" ? "" : `/${locale}`}${path}`);
      await expect(page.locator("html")).toHaveAttribute("lang", locale);
      const heading = (await page.getByRole("heading", { level: 1 }).textContent()) ?? "";
      titles.set(path, (titles.get(path) ?? new Set()).add(heading));
      const text = (await page.locator("main").textContent()) ?? "";
      expect(text, `${locale} ${path}`).not.toMatch(/\b(shared|common|errors|fieldErrors|shell)\.[a-zA-Z]+/);
      await expectNoSidewaysScroll(page, `${locale} ${path}`);
    }
  }
  // Five languages, five headings; Chinese scripts may share one.
  for (const [path, headings] of titles) expect(headings.size, path).toBeGreaterThanOrEqual(4);
});

test("a language that does not exist is a page that does not exist", async ({ page, sluice, failures }) => {
  failures.allow(404, "/xx/");
  await signIn(page, sluice.url, ADMIN);
  const reply = await page.goto(`${sluice.url}/xx/admin`);
  expect(reply?.status()).toBe(404);
});

test("pages carry a strict content policy with a nonce", async ({ page, sluice }) => {
  const reply = await page.goto(`${sluice.url}/login`);
  const policy = reply?.headers()["content-security-policy"] ?? "";
  expect(policy).toMatch(/default-src 'self'/);
  expect(policy).toMatch(/script-src [^;]*'nonce-[^']+'[^;]*'strict-dynamic'/);
  expect(policy).toMatch(/frame-ancestors 'none'/);
  expect(policy).toMatch(/connect-src 'self'/);
});
