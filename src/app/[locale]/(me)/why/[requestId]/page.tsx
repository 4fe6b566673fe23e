import { getLocale } from "next-intl/server";
import { findRequestPage } from "@/features/requests/loaders";
import { redirect } from "@/i18n/navigation";

/** Opens a request in the log that its reader may see: what denials link to. Unknown and foreign ids are not found. */
export default async function WhyPage({ params }: { params: Promise<{ requestId: string }> }): Promise<never> {
  const { requestId } = await params;
  return redirect({ href: await findRequestPage(requestId), locale: await getLocale() });
}
