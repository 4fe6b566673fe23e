import type { Page } from "@playwright/test";

/** Twice as long as an answer counts as fresh. */
const AHEAD_MS = 60_000;

/**
 * From here on pages open in the stale state: the browser's clock is ahead, so the data that came with a page is old at once, and every
 * renewal fails. Replies of 500 from `/api/v1` must be allowed. Once per page.
 */
export async function failRenewal(page: Page): Promise<void> {
  await page.clock.install({ time: Date.now() + AHEAD_MS });
  await page.route("**/api/v1/**", (route) =>
    route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "internal_error", params: {}, requestId: "req_0" }),
    }),
  );
}
