import "server-only";
import { forbidden } from "next/navigation";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { runForPage } from "@/bridge/run";
import { redirect } from "@/i18n/navigation";
import type { Viewer } from "@/operations/viewer/schema";

/** The code of an error of the running services, whose class is not this bundle's. */
function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : null;
}

/** Who looks; null when nobody is signed in. Asked once per request. */
export const loadViewer = cache(async (): Promise<Viewer | null> => {
  try {
    return await runForPage("viewer.get", {});
  } catch (error) {
    if (codeOf(error) === "unauthenticated") return null;
    throw error;
  }
});

/** Who looks. Sends the signed-out to the sign-in page; a user without the wanted role gets the 403 page. */
export async function requireViewer(role?: "admin"): Promise<Viewer> {
  const viewer = await loadViewer();
  if (viewer === null) return redirect({ href: "/login", locale: await getLocale() });
  if (role === "admin" && viewer.user.role !== "admin") forbidden();
  return viewer;
}
