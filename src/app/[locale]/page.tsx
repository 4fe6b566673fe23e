import { getLocale } from "next-intl/server";
import { needsSetup } from "@/features/login/loaders";
import { loadViewer } from "@/features/shell/loaders";
import { redirect } from "@/i18n/navigation";

/** The start page: the wizard on a fresh installation, the sign-in page, or the viewer's own side of the dashboard. */
export default async function StartPage(): Promise<never> {
  const locale = await getLocale();
  if (await needsSetup()) return redirect({ href: "/setup", locale });
  const viewer = await loadViewer();
  if (viewer === null) return redirect({ href: "/login", locale });
  return redirect({ href: viewer.user.role === "admin" ? "/admin" : "/me", locale });
}
