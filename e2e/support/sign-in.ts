import type { Page } from "@playwright/test";
import { expect } from "./test";

/** Signs in through the form and waits for the first page behind it. */
export async function signIn(page: Page, url: string, person: { email: string; password: string }): Promise<void> {
  await page.goto(`${url}/login`);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/(admin|me)$/);
}
