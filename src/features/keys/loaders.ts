import "server-only";
import { runWholeForPage } from "@/bridge/run";
import { readForPage } from "@/components/read-for-page";
import type { OperationTypes } from "@/operations/registry";

/** The keys by the page's filters, and the users who may own one; undefined what the page should read itself. */
export async function loadKeys(filter: OperationTypes["keys.list"]["input"]) {
  const [keys, owners] = await Promise.all([
    readForPage(() => runWholeForPage("keys.list", filter)),
    readForPage(() => runWholeForPage("users.list", {})),
  ]);
  return { keys, owners };
}
