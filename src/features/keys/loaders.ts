import "server-only";
import { runForPage } from "@/bridge/run";
import { readForPage } from "@/components/read-for-page";
import type { OperationTypes } from "@/operations/registry";

/** The keys of all users by the page's filters; undefined when the page should read them itself. */
export function loadKeys(filter: OperationTypes["keys.list"]["input"]) {
  return readForPage(() => runForPage("keys.list", filter));
}
