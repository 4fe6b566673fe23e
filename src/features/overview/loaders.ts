import "server-only";
import { runForPage } from "@/bridge/run";
import type { Overview } from "@/operations/overview/schema";
import type { RequestList } from "@/operations/requests/schema";
import { LATEST } from "./search-params";

/** The numbers of today, what is left of the first steps, and the newest requests. Throws forbidden for a user. */
export async function loadOverview(): Promise<{ overview: Overview; latest: RequestList }> {
  const [overview, latest] = await Promise.all([runForPage("overview.get", {}), runForPage("requests.list", LATEST)]);
  return { overview, latest };
}
