import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import { startTestPostgres } from "@test/setup/test-postgres";
import { type RunningSluice, startSluice } from "./start-sluice";

/** What a test expects to fail. */
export type ExpectedFailures = {
  /** Replies, by status and part of the URL. */
  allow(status: number, urlPart: string): void;
  /** Errors on the console, by part of their text. */
  allowConsole(part: string): void;
};

type Failures = ExpectedFailures & {
  readonly allowed: { status: number; urlPart: string }[];
  readonly allowedText: string[];
};

/**
 * The shared fixtures. `sluice` is a provisioned product shared by the specs of a run, `postgresUrl` the server behind it. A test fails on a page error, a console error, a hydration or missing message, an unexpected 4xx or 5xx,
 * and on any request to another host.
 */
export const test = base.extend<
  { failures: ExpectedFailures; watch: undefined },
  { postgresUrl: string; sluice: RunningSluice }
>({
  postgresUrl: [
    async ({ browserName: _ }, use) => {
      const folder = mkdtempSync(join(tmpdir(), "sluice-e2e-db-"));
      chmodSync(folder, 0o711); // the database has an account of its own
      const database = await startTestPostgres(folder);
      await use(database.url);
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 60_000 },
  ],
  sluice: [
    async ({ postgresUrl }, use) => {
      const sluice = await startSluice({ serverUrl: postgresUrl, provisioned: true });
      await use(sluice);
      await sluice.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  failures: async ({ browserName: _ }, use) => {
    const allowed: Failures["allowed"] = [];
    const allowedText: string[] = [];
    const failures: Failures = {
      ...{ allowed, allowedText },
      allow: (status, urlPart) => void allowed.push({ status, urlPart }),
      allowConsole: (part) => void allowedText.push(part),
    };
    await use(failures);
  },
  watch: [
    async ({ page, failures }, use) => {
      const problems: string[] = [];
      const { allowed, allowedText } = failures as Failures;
      const isAllowed = (status: number, url: string) =>
        allowed.some((each) => each.status === status && url.includes(each.urlPart));
      page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        const isStatusLine = /Failed to load resource/.test(message.text());
        const isAllowedText = allowedText.some((part) => message.text().includes(part));
        if (message.type() === "error" && !isStatusLine && !isAllowedText) problems.push(`console: ${message.text()}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400 && !isAllowed(response.status(), response.url()))
          problems.push(`${response.status()} ${response.url()}`);
      });
      page.on("request", (request) => {
        const url = new URL(request.url());
        if (/^https?:$/.test(url.protocol) && !/^(127\.0\.0\.1|localhost)$/.test(url.hostname))
          problems.push(`request to ${url.hostname}`);
      });
      await use(undefined);
      expect(problems).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
