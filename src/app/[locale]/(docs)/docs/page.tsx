import { getLocale } from "next-intl/server";
import { redirect } from "@/i18n/navigation";

/** The documentation starts with the reference of the API. */
export default async function DocsStartPage(): Promise<never> {
  return redirect({ href: "/docs/api", locale: await getLocale() });
}
