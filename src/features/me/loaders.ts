import "server-only";
import { runForPage, runWholeForPage } from "@/bridge/run";
import type { Prefetch } from "@/components/prefetched";
import { readForPage } from "@/components/read-for-page";
import type { OwnRequestItem } from "@/operations/requests/schema";
import { OWN_KEYS_KEY, OWN_SUMMARY_KEY } from "./queries";

/** What the page of one's own usage starts from. */
export type OwnUsageStart = {
  readonly reads: readonly Prefetch[];
  /** Origin for commands; null: that of the page. */
  readonly publicUrl: string | null;
  /** A request that went well, to take an example's model from. */
  readonly last: OwnRequestItem | null;
};

/** The reader's own numbers and what the commands are filled with. A read that failed is left to the page. */
export async function loadOwnUsage(): Promise<OwnUsageStart> {
  const [summary, viewer, requests] = await Promise.all([
    readForPage(() => runForPage("me.summary", {})),
    readForPage(() => runForPage("viewer.get", {})),
    readForPage(() => runForPage("me.requests.list", { outcome: "ok", limit: 1 })),
  ]);
  return {
    reads: [{ queryKey: OWN_SUMMARY_KEY, data: summary }],
    publicUrl: viewer?.publicUrl ?? null,
    last: requests?.items[0] ?? null,
  };
}

/** The reader's own keys. */
export async function loadOwnKeys(): Promise<readonly Prefetch[]> {
  return [{ queryKey: OWN_KEYS_KEY, data: await readForPage(() => runWholeForPage("me.keys.list", {})) }];
}
