import type { Page } from "@playwright/test";
import { type ApiClient, createApiClient } from "@/api-client/api-client";

/**
 * The typed client of `/api/v1` at `url`, for whoever is signed in on `page`: its calls carry the cookies of the page and its origin. They
 * go past the page itself, so its routes, its clock and the watch over its replies do not touch them.
 */
export function apiOf(page: Page, url: string): ApiClient {
  return createApiClient({
    baseUrl: url,
    async fetch(address, init = {}) {
      const { method = "GET", body } = init;
      const headers = { ...(init.headers as Readonly<Record<string, string>> | undefined), origin: url };
      const given = typeof body === "string" ? { data: Buffer.from(body) } : {};
      const reply = await page.request.fetch(String(address), { method, headers, ...given });
      return new Response(new Uint8Array(await reply.body()), { status: reply.status() });
    },
  });
}
