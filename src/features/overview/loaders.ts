import "server-only";
import { runForPage } from "@/bridge/run";
import type { Overview } from "@/operations/overview/schema";

/** The numbers of today and what is left of the first steps. Throws forbidden for a user. */
export async function loadOverview(): Promise<Overview> {
  return runForPage("overview.get", {});
}
