import type { Page } from "@playwright/test";
import { apiOf } from "./support/api-of";
import { signIn } from "./support/sign-in";
import { ADMIN, ALICE } from "./support/start-sluice";
import { expect, test } from "./support/test";

/** Opens the form of an operation on the page of its noun. */
async function tryIt(page: Page, address: string, operation: string) {
  await page.goto(address);
  await page.getByRole("button", { name: `Try it: ${operation}` }).click();
  const form = page.getByRole("form", { name: `Call ${operation}` });
  const answer = form.getByRole("region", { name: "Body of the answer" });
  return { form, answer, send: () => form.getByRole("button", { name: "Send" }).click() };
}

/** The same, called with an access token instead of the sign-in; gives the headers that the browser sent. */
async function callWith(page: Page, token: string, place: { address: string; operation: string; path: string }) {
  const tried = await tryIt(page, place.address, place.operation);
  await tried.form.getByRole("radio", { name: "Access token" }).click();
  await tried.form.getByRole("textbox", { name: "Access token" }).fill(token);
  const asked = page.waitForRequest((request) => new URL(request.url()).pathname === place.path);
  await tried.send();
  return { ...tried, sent: await (await asked).allHeaders() };
}

test("an access token made in the reference opens what its scopes say, without the sign-in, until it is revoked", async ({
  page,
  sluice,
  failures,
}) => {
  const docs = `${sluice.url}/docs/api`;
  await signIn(page, sluice.url, ADMIN);
  const made = await tryIt(page, `${docs}/access-tokens`, "accessTokens.create");
  await made.form
    .getByLabel("Body", { exact: true })
    .fill(JSON.stringify({ name: "reads users", scopes: ["users:read"] }));
  await made.send();
  await page.getByRole("alertdialog").getByRole("button", { name: "Send" }).click();
  await expect(made.answer).toContainText('"secret"');
  const created = JSON.parse((await made.answer.textContent()) ?? "");
  expect(created.accessToken).toMatchObject({ name: "reads users", scopes: ["users:read"], state: "active" });

  const users = { address: `${docs}/users`, operation: "users.list", path: "/api/v1/users" };
  const read = await callWith(page, created.secret, users);
  await expect(read.answer).toContainText(ALICE.name);
  expect(read.sent.authorization).toBe(`Bearer ${created.secret}`);
  expect(read.sent.cookie).toBeUndefined();

  failures.allow(403, "/api/v1/channels");
  const channels = { address: `${docs}/channels`, operation: "channels.list", path: "/api/v1/channels" };
  const beyond = await callWith(page, created.secret, channels);
  await expect(beyond.form.getByRole("alert")).toHaveText(/scopes of your access token do not allow this/);
  await expect(beyond.answer).toContainText('"permission": "channels:read"');

  await apiOf(page, sluice.url).call("accessTokens.revoke", { id: created.accessToken.id });
  failures.allow(401, "/api/v1/users");
  const revoked = await callWith(page, created.secret, users);
  await expect(revoked.form.getByRole("alert")).toHaveText("This access token was revoked.");
  await expect(revoked.answer).toContainText('"code": "access_token_revoked"');
});
