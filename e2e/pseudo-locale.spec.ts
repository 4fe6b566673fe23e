import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { startTestPostgres } from "@test/setup/test-postgres";
import { apiOf } from "./support/api-of";
import { chat } from "./support/chat";
import { failRenewal } from "./support/fail-renewal";
import { expectPseudo, speakPseudo } from "./support/foreign-text";
import { signIn } from "./support/sign-in";
import { ADMIN, ALICE, ALICE_KEY, type RunningSluice, startSluice } from "./support/start-sluice";
import { expect, test } from "./support/test";

/** The crawl of dashboard.md section 10, gate 9. Names are looked for without their brackets: a part of a name is enough. */
let full: RunningSluice;
let fresh: RunningSluice;

test.beforeAll(async ({ postgresUrl }) => {
  full = await startSluice({ serverUrl: postgresUrl, provisioned: true, pseudoLocale: true });
  fresh = await startSluice({ serverUrl: postgresUrl, provisioned: false, pseudoLocale: true });
});
test.afterAll(async () => {
  await full.stop();
  await fresh.stop();
});

test.describe.configure({ mode: "serial", timeout: 180_000 });

const SECRET = /^sk-sluice-[0-9A-Za-z]{43}$/;
const button = (page: Page, name: string) => page.getByRole("button", { name }).first();

/** Dialogs, menus and lists that stand open. */
const popup = (page: Page) =>
  page.locator("[role=dialog],[role=alertdialog],[role=menu],[role=listbox]").filter({ visible: true });

/** Opens a page and looks at it. */
async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectPseudo(page, new URL(url).pathname);
}

/** Opens what a button opens, looks at it, and closes it again. */
async function look(page: Page, name: string): Promise<void> {
  await button(page, name).click();
  await expect(popup(page).first()).toBeVisible();
  await expectPseudo(page, `${new URL(page.url()).pathname}: ${name}`);
  await page.keyboard.press("Escape");
  await expect(popup(page)).toHaveCount(0);
}

test("without the mark of a test run the pseudo-locale does not exist", async ({ page, sluice }) => {
  await speakPseudo(page, sluice.url);
  await page.goto(`${sluice.url}/login`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
  await expect(page.locator("body")).not.toContainText("⟦");
});

test("the sign-in page, its refusals and what is not found speak from the messages", async ({ page, failures }) => {
  for (const status of [401, 429]) failures.allow(status, "/api/auth/");
  failures.allow(404, "/docs/");
  await speakPseudo(page, full.url);
  await visit(page, `${full.url}/login`);
  await look(page, "Theme");
  await look(page, "Language");
  await button(page, "Sign in").click();
  await expect(page.getByText("Enter your password.")).toBeVisible();
  await expectPseudo(page, "/login without a password");
  await page.getByLabel("Email").fill("nobody@example.com");
  await page.getByLabel("Password").fill("not the password at all");
  for (const [reply, sentence] of [
    [null, "Email or password is wrong."],
    ["abort", "The server cannot be reached."],
    [{ status: 429, body: '{"code":"too_many_attempts","params":{}}' }, "Too many attempts."],
  ] as const) {
    if (reply !== null) {
      await page.route("**/api/auth/**", (route) => (reply === "abort" ? route.abort() : route.fulfill(reply)));
    }
    await button(page, "Sign in").click();
    await expect(page.getByRole("alert").filter({ hasText: sentence })).toBeVisible();
    await expectPseudo(page, `/login: ${sentence}`);
  }
  await visit(page, `${full.url}/docs/none`);
});

test("the wizard speaks from the messages, step by step", async ({ page, failures }) => {
  failures.allow(401, "/api/");
  await speakPseudo(page, fresh.url);
  await visit(page, `${fresh.url}/setup`);
  await page.getByLabel("Setup token").fill("not-the-token-not-the-token");
  await button(page, "Unlock").click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expectPseudo(page, "/setup with a wrong token");
  await page.getByLabel("Setup token").fill(fresh.setupToken ?? "");
  await button(page, "Unlock").click();
  await expect(button(page, "Looks right")).toBeVisible();
  await expectPseudo(page, "/setup check");
  await button(page, "Looks right").click();
  await expect(button(page, "Create admin")).toBeVisible();
  await button(page, "Create admin").click();
  await expectPseudo(page, "/setup admin without values");
  await page.getByLabel("⟦Name⟧", { exact: true }).fill(ADMIN.name);
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.getByLabel("⟦Password⟧", { exact: true }).fill(ADMIN.password);
  await expectPseudo(page, "/setup admin");
  await button(page, "Create admin").click();
  await page.getByRole("radio", { name: /OpenAI-compatible/ }).click();
  await expectPseudo(page, "/setup channel");
  await page.getByLabel("Base URL").fill("http://127.0.0.1:9");
  await page.getByLabel("Credential").fill("upstream-credential");
  await page.getByRole("button", { name: "⟦Test⟧", exact: true }).click();
  await expect(page.getByText("Nothing answers at this address.")).toBeVisible();
  await expectPseudo(page, "/setup channel that does not answer");
  await page.getByLabel("Base URL").fill(fresh.upstream.url);
  await page.getByRole("button", { name: "⟦Test⟧", exact: true }).click();
  await expect(page.getByText("models found.")).toBeVisible();
  const takeModels = button(page, "Use these models");
  if (await takeModels.isVisible()) await takeModels.click();
  await expectPseudo(page, "/setup channel that answers");
  await button(page, "Save channel").click();
  await expect(button(page, "Create key")).toBeVisible();
  await expectPseudo(page, "/setup key");
  await button(page, "Create key").click();
  await expect(page.getByText(SECRET)).toBeVisible();
  await expectPseudo(page, "/setup secret");
  await page.getByRole("checkbox").check();
  await button(page, "Go on").click();
  await expect(button(page, "Send test request")).toBeVisible();
  await expectPseudo(page, "/setup send");
});

test("pages without data speak from the messages", async ({ page }) => {
  await speakPseudo(page, fresh.url);
  await signIn(page, fresh.url, ADMIN);
  for (const path of ["/admin", "/admin/requests", "/me", "/me/requests", "/me/keys"])
    await visit(page, fresh.url + path);
  for (const path of ["channels", "users", "keys", "requests"])
    await visit(page, `${fresh.url}/admin/${path}?q=none&model=none`);
  const api = apiOf(page, fresh.url);
  await api.call("channels.delete", { id: 1 });
  await visit(page, `${fresh.url}/admin/channels`);
  await expect(page.getByText("No channels yet")).toBeVisible();
  await api.call("keys.delete", { id: 1 });
  await visit(page, `${fresh.url}/admin/keys`);
  await expect(page.getByText("No keys yet")).toBeVisible();
});

test("the shell speaks from the messages, wide and in a hand", async ({ page, failures }) => {
  for (const path of ["/admin/none", "/admin/channels/99999999", "/why/"]) failures.allow(404, path);
  await chat(full.url, ALICE_KEY);
  await speakPseudo(page, full.url);
  await signIn(page, full.url, ADMIN);
  await visit(page, `${full.url}/admin`);
  for (const name of ["Theme", "Language", "Account of"]) await look(page, name);
  await button(page, "Collapse the sidebar").click();
  await expectPseudo(page, "the narrow sidebar");
  await button(page, "Expand the sidebar").click();
  for (const path of ["/admin/none", "/admin/channels/99999999", `/why/req_${"0".repeat(32)}`])
    await visit(page, full.url + path);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${full.url}/admin/users`);
  await look(page, "Open navigation");
  await expectPseudo(page, "/admin/users in a hand");
});

test("channels speak from the messages", async ({ page }) => {
  await speakPseudo(page, full.url);
  await signIn(page, full.url, ADMIN);
  await visit(page, `${full.url}/admin/channels`);
  for (const name of ["Protocol", "State"]) {
    await page.getByRole("combobox", { name }).click();
    await expectPseudo(page, `/admin/channels filter ${name}`);
    await page.keyboard.press("Escape");
  }
  await look(page, "Actions for scripted");
  await button(page, "Actions for scripted").click();
  await page.getByRole("menuitem", { name: "What it does now" }).click();
  await expect(page.getByRole("dialog").getByText("Replicas that report")).toBeVisible();
  await expectPseudo(page, "/admin/channels drawer");
  await page.keyboard.press("Escape");
  await button(page, "Pause").click();
  await expectPseudo(page, "/admin/channels paused");
  await button(page, "Resume").click();
  await button(page, "Actions for scripted").click();
  await page.getByRole("menuitem", { name: "Test" }).click();
  await expect(page.getByText("The upstream answered in")).toBeVisible();
  await expectPseudo(page, "/admin/channels test");
  await page.keyboard.press("Escape");
  await button(page, "Actions for scripted").click();
  await page.getByRole("menuitem", { name: "Delete channel" }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await expectPseudo(page, "/admin/channels delete");
  await page.keyboard.press("Escape");
  for (const name of ["Disable", "Enable"]) {
    await button(page, "Actions for scripted").click();
    await page.getByRole("menuitem", { name }).click();
    await expect(page.getByText(`Channel ${name.toLowerCase()}d`)).toBeVisible();
    await expectPseudo(page, `/admin/channels toast of ${name}`);
  }

  await visit(page, `${full.url}/admin/channels/new`);
  await button(page, "Advanced").click();
  await page.getByRole("checkbox", { name: "All operations" }).click();
  const chosen = page.getByRole("group", { name: "Operations" }).getByRole("checkbox", { checked: true });
  for (let left = await chosen.count(); left > 0; left--) await chosen.first().uncheck();
  for (const name of ["Add header", "Add name"]) await button(page, name).click();
  for (const name of ["Provider", "Usage in streams", "When the client leaves"]) {
    await page.getByRole("combobox", { name }).click();
    await expect(popup(page)).toBeVisible();
    await expectPseudo(page, `/admin/channels/new ${name}`);
    await page.keyboard.press("Escape");
  }
  await button(page, "Create channel").click();
  await expect(page.getByText("Pick at least one operation.")).toBeVisible();
  await expectPseudo(page, "/admin/channels/new without values");
  for (const _ of ["header", "name"]) await button(page, "Delete row").click();
  await button(page, "Paste many").click();
  await expectPseudo(page, "/admin/channels/new paste");
  await page.getByLabel("Base URL").fill(full.upstream.url);
  await page.getByLabel("Credential").fill("upstream-credential");
  await page.getByRole("button", { name: "⟦Test⟧", exact: true }).click();
  await expect(page.getByText("It offers")).toBeVisible();
  await expectPseudo(page, "/admin/channels/new test");
  await page.getByLabel("Base URL").fill("http://127.0.0.1:9");
  await page.getByRole("button", { name: "⟦Test⟧", exact: true }).click();
  await expect(page.getByText("Nothing answers at this address.")).toBeVisible();
  await expectPseudo(page, "/admin/channels/new failed test");

  await visit(page, `${full.url}/admin/channels/1`);
  await expect(page.getByText("Replicas that report")).toBeVisible();
  await expectPseudo(page, "/admin/channels/1 now");
  await button(page, "Add credential").click();
  for (const name of ["Observe", "Reject", "Queue"]) {
    await page.getByRole("radio", { name }).check();
    await expectPseudo(page, `/admin/channels/1 limiter ${name}`);
  }
  await button(page, "Save changes").click();
  await expect(page.getByLabel("Queue size")).toHaveAttribute("aria-invalid", "true");
  await expectPseudo(page, "/admin/channels/1 with errors");
  await page.getByRole("textbox", { name: "Capacity" }).fill("2");
  await page.getByLabel("Queue size").fill("3");
  await page.getByLabel("Longest wait").fill("90000");
  await expect(page.getByText("Many clients give up")).toBeVisible();
  await expectPseudo(page, "/admin/channels/1 with a long wait");
  await page.reload();
  await button(page, "Delete channel").click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await expectPseudo(page, "/admin/channels/1 delete");
});

test("users speak from the messages", async ({ page }) => {
  await speakPseudo(page, full.url);
  await signIn(page, full.url, ADMIN);
  await visit(page, `${full.url}/admin/users`);
  await button(page, "New user").click();
  await button(page, "Create user").click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectPseudo(page, "/admin/users new without values");
  await page.getByRole("dialog").getByLabel("⟦Name⟧", { exact: true }).fill("carol");
  await button(page, "Create user").click();
  await expect(page.getByText("User created")).toBeVisible();
  await expectPseudo(page, "/admin/users toast");

  await visit(page, `${full.url}/admin/users`);
  await page.getByRole("link", { name: "carol" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "carol" })).toBeVisible();
  await expectPseudo(page, "/admin/users/[id] without keys");
  await button(page, "Delete user").click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await expectPseudo(page, "/admin/users/[id] delete");
  await page.keyboard.press("Escape");
  await visit(page, `${full.url}/admin/users/2`);
  await page.getByLabel("New password").fill("short");
  await button(page, "Set password").click();
  await expectPseudo(page, "/admin/users/[id] short password");
  for (const name of ["Role", "Language"]) {
    await page.locator("main").getByRole("combobox", { name }).click();
    await expectPseudo(page, `/admin/users/[id] ${name}`);
    await page.keyboard.press("Escape");
  }
  await page.getByRole("combobox", { name: "Time zone" }).fill("a");
  await expect(popup(page)).toBeVisible();
  await expectPseudo(page, "/admin/users/[id] time zones");
});

test("keys speak from the messages", async ({ page }) => {
  await speakPseudo(page, full.url);
  await signIn(page, full.url, ADMIN);
  await visit(page, `${full.url}/admin/keys`);
  await button(page, "New key").click();
  await button(page, "Create key").click();
  const dialog = page.getByRole("dialog");
  await expectPseudo(page, "/admin/keys new without values");
  await dialog.getByRole("combobox", { name: "Owner" }).fill(ALICE.name);
  await page.getByRole("option", { name: ALICE.name }).click();
  await dialog.getByRole("radio", { name: "Only these" }).click();
  await dialog.getByRole("combobox", { name: "Expires" }).click();
  await expectPseudo(page, "/admin/keys new, its choices");
  await page.keyboard.press("Escape");
  await dialog.getByRole("radio", { name: "All models" }).click();
  await dialog.getByLabel("⟦Name⟧", { exact: true }).fill("crawler");
  await button(page, "Create key").click();
  await expect(page.getByText(SECRET)).toBeVisible();
  await expectPseudo(page, "/admin/keys secret");
  await page.getByRole("checkbox").check();
  await button(page, "Done").click();
  await look(page, "Actions for crawler");
  for (const [item, role] of [
    ["Rotate", "dialog"],
    ["Disable", "alertdialog"],
    ["Delete", "alertdialog"],
  ] as const) {
    await button(page, "Actions for crawler").click();
    await page.getByRole("menuitem", { name: item }).click();
    await expect(page.getByRole(role)).toBeVisible();
    await expectPseudo(page, `/admin/keys ${item}`);
    await page.keyboard.press("Escape");
    await expect(page.getByRole(role)).toHaveCount(0);
  }
  await button(page, "Actions for crawler").click();
  await page.getByRole("menuitem", { name: "Rotate" }).click();
  await dialog.getByRole("button", { name: "Rotate" }).click();
  await expect(page.getByText(SECRET)).toBeVisible();
  await expectPseudo(page, "/admin/keys new secret");
});

test("the log and its drawers speak from the messages", async ({ page, failures }) => {
  failures.allow(404, "/requests/req_0000");
  const ids = [
    (await chat(full.url, ALICE_KEY)).requestId,
    (await chat(full.url, ALICE_KEY, "status=500")).requestId,
    (await deniedCall()).headers.get("x-sluice-request-id") ?? "",
  ];
  await speakPseudo(page, full.url);
  await signIn(page, full.url, ADMIN);
  await visit(page, `${full.url}/admin`);
  await visit(page, `${full.url}/admin/requests`);
  for (const name of ["Outcome", "Time"]) {
    await page.getByRole("combobox", { name }).click();
    await expectPseudo(page, `/admin/requests filter ${name}`);
    await page.keyboard.press("Escape");
  }
  await button(page, "More filters").click();
  await expectPseudo(page, "/admin/requests more filters");
  for (const side of ["admin", "me"]) {
    if (side === "me") {
      await page.context().clearCookies({ name: /session_token$/ });
      await signIn(page, full.url, ALICE);
      for (const path of ["/me", "/me/requests", "/me/keys"]) await visit(page, full.url + path);
    }
    for (const id of [...ids, `req_${"0".repeat(32)}`]) {
      await page.goto(`${full.url}/${side}/requests?r=${id}`);
      const drawer = page.getByRole("dialog");
      await expect(drawer).toBeVisible();
      await expect(drawer.locator("[aria-busy=true]")).toHaveCount(0);
      for (const detail of await drawer.locator("details:not([open]) > summary").all()) await detail.click();
      await expectPseudo(page, `/${side}/requests drawer of ${id}`);
    }
  }
});

function deniedCall(): Promise<Response> {
  return fetch(`${full.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ALICE_KEY}` },
    body: JSON.stringify({ model: "no-such-model", messages: [] }),
  });
}

test("own pages and the page for other roles speak from the messages", async ({ page, failures }) => {
  failures.allow(403, "/admin");
  await speakPseudo(page, full.url);
  await signIn(page, full.url, ALICE);
  await visit(page, `${full.url}/me/keys`);
  await look(page, "New key");
  await look(page, "Actions for laptop");
  await visit(page, `${full.url}/admin/channels`);
});

test("the API reference and its forms speak from the messages", async ({ page, failures }) => {
  failures.allow(401, "/api/v1/");
  await speakPseudo(page, full.url);
  await visit(page, `${full.url}/docs/api`);
  await page.getByRole("searchbox").fill("nothing like this");
  await expectPseudo(page, "/docs/api without a match");
  await visit(page, `${full.url}/docs/api/user-groups`);
  await page.locator("details").evaluateAll((all) => {
    for (const each of all) each.setAttribute("open", "");
  });
  await button(page, "userGroups.list").click();
  await button(page, "userGroups.create").click();
  await page.getByRole("form", { name: "userGroups.create" }).getByRole("button", { name: "Send" }).click();
  await expectPseudo(page, "/docs/api/user-groups unfolded, with a fault");
  const form = page.getByRole("form", { name: "userGroups.list" });
  await form.getByLabel("Access token").fill("at-sluice-none");
  await form.getByRole("button", { name: "Send" }).click();
  await expect(form.getByRole("alert").first()).toBeVisible();
  await expectPseudo(page, "/docs/api/user-groups with a refusal");
  await signIn(page, full.url, ADMIN);
  await visit(page, `${full.url}/docs/api/user-groups`);
  await button(page, "userGroups.create").click();
  await button(page, "Send").click();
  await expect(popup(page)).toBeVisible();
  await expectPseudo(page, "/docs/api/user-groups: asked first");
});

test("reads that failed speak from the messages", async ({ page, failures }) => {
  failures.allow(500, "/api/v1/");
  await speakPseudo(page, full.url);
  await signIn(page, full.url, ADMIN);
  await failRenewal(page);
  for (const path of ["/admin/channels", "/admin/users/2", "/admin/keys", "/admin/requests", "/me"]) {
    await page.goto(full.url + path);
    await expect(page.locator("main .stale").first()).toBeVisible();
    await expectPseudo(page, `${path} that could not be renewed`);
  }
  await page.goto(`${full.url}/admin/requests?r=req_${"0".repeat(32)}`);
  await expect(page.getByRole("dialog").getByRole("button", { name: "Try again" })).toBeVisible();
  await expectPseudo(page, "a drawer that could not be read");
});

test("a page that failed and the banners speak from the messages", async ({ page, failures }) => {
  for (const status of [500, 503]) failures.allow(status, "/");
  failures.allowConsole("react.dev/errors/441"); // the page that failed
  await using ends = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "sluice-e2e-fault-"));
  ends.defer(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o711); // the database has an account of its own
  const database = await startTestPostgres(folder);
  ends.defer(() => database.stop());
  const sluice = await startSluice({ serverUrl: database.url, provisioned: true, pseudoLocale: true });
  ends.defer(sluice.stop);
  await page.clock.install();
  await speakPseudo(page, sluice.url);
  await signIn(page, sluice.url, ADMIN);
  await database.stop();
  await page.clock.fastForward(15_000);
  await expect(page.getByRole("list", { name: "Notices" })).toBeVisible({ timeout: 30_000 });
  await expectPseudo(page, "/admin with a banner");
  await page.goto(`${sluice.url}/admin/users`);
  await expect(page.getByRole("heading", { name: "Something went wrong" })).toBeVisible();
  await expectPseudo(page, "/admin/users without a database");
});
