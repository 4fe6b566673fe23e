import "server-only";
import { runForPage } from "@/bridge/run";
import { readForPage } from "@/components/read-for-page";
import type { OperationTypes } from "@/operations/registry";

/** The keys by the page's filters, and the users who may own one; undefined what the page should read itself. */
export async function loadKeys(filter: OperationTypes["keys.list"]["input"]) {
  const [keys, owners] = await Promise.all([
    readForPage(() => runForPage("keys.list", filter)),
    readForPage(() => runForPage("users.list", {})),
  ]);
  return { keys, owners };
}
