import "server-only";
import { runForPage, runWholeForPage } from "@/bridge/run";
import { readForPage } from "@/components/read-for-page";
import type { OperationTypes } from "@/operations/registry";

/** The users by the page's filters; undefined when the page should read them itself. */
export function loadUsers(filter: OperationTypes["users.list"]["input"]) {
  return readForPage(() => runWholeForPage("users.list", filter));
}

/** One user and the user's keys. An unknown id is a page of its own. */
export async function loadUser(id: number) {
  const [user, keys] = await Promise.all([
    readForPage(() => runForPage("users.get", { id })),
    readForPage(() => runWholeForPage("keys.list", { userId: id })),
  ]);
  return { user, keys };
}
