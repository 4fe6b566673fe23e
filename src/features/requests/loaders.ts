import "server-only";
import { runForPage } from "@/bridge/run";
import type { Prefetch } from "@/components/prefetched";
import { readForPage } from "@/components/read-for-page";
import { ownRequestsKey, requestsKey } from "./queries";
import { ownRequestFilter, type RequestSearch, requestFilter } from "./search-params";

const MINUTE_MS = 60_000;

/** What a request log starts from: `asOf` is the instant (epoch ms) that time ranges count back from. */
export type RequestLogStart = {
  readonly asOf: number;
  readonly reads: readonly Prefetch[];
  /** Origin for commands; null: that of the page. */
  readonly publicUrl: string | null;
};

/** The start of the whole log by the page's filters. A read that failed is left to the page, which shows why. */
export async function loadRequestLog(search: RequestSearch): Promise<RequestLogStart> {
  const asOf = thisMinute();
  const filter = requestFilter(search, asOf);
  const page = await readForPage(() => runForPage("requests.list", filter));
  return { asOf, reads: [firstPage(requestsKey(filter), page)], publicUrl: await publicUrl() };
}

/** The start of the reader's own log by the page's filters. */
export async function loadOwnRequestLog(search: RequestSearch): Promise<RequestLogStart> {
  const asOf = thisMinute();
  const filter = ownRequestFilter(search, asOf);
  const page = await readForPage(() => runForPage("me.requests.list", filter));
  return { asOf, reads: [firstPage(ownRequestsKey(filter), page)], publicUrl: await publicUrl() };
}

/** The page that shows a request to the reader. One that is unknown, or another's, is the not-found page. */
export async function findRequestPage(id: string): Promise<string> {
  const { can } = await requireRead(() => runForPage("viewer.get", {}));
  if (can.includes("requests:read")) {
    const request = await requireRead(() => runForPage("requests.get", { id }));
    return `/admin/requests?r=${request.id}`;
  }
  const own = await requireRead(() => runForPage("me.requests.get", { id }));
  return `/me/requests?r=${own.id}`;
}

/** One read that the page cannot do without. */
async function requireRead<Data>(read: () => Promise<Data>): Promise<Data> {
  const data = await readForPage(read);
  if (data === undefined) throw new Error("a read that the page needs was refused");
  return data;
}

async function publicUrl(): Promise<string | null> {
  const viewer = await readForPage(() => runForPage("viewer.get", {}));
  return viewer?.publicUrl ?? null;
}

/** A list's first page in the shape of a query that reads page by page. */
function firstPage(queryKey: Prefetch["queryKey"], page: unknown): Prefetch {
  return { queryKey, data: page === undefined ? undefined : { pages: [page], pageParams: [null] } };
}

/** To the minute, so that a reload within it asks the same. */
function thisMinute(): number {
  return Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
}
