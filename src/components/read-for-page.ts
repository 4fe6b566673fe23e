import { forbidden, notFound } from "next/navigation";
import { getLocale } from "next-intl/server";
import { redirect } from "@/i18n/navigation";

const codeOf = (error: unknown): string | null => {
  const isRefusal = typeof error === "object" && error !== null && "code" in error && "status" in error;
  return isRefusal && typeof error.code === "string" && typeof error.status === "number" ? error.code : null;
};

/**
 * Runs a read of a page on the server. What does not exist, or is not for this reader, becomes its own page; any other refusal
 * gives undefined, so that the page stands and its view reads again and shows the failure in place. Faults are thrown on.
 */
export async function readForPage<Data>(read: () => Promise<Data>): Promise<Data | undefined> {
  try {
    return await read();
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    if (code === "not_found") notFound();
    if (code === "forbidden") forbidden();
    if (code === "unauthenticated") redirect({ href: "/login", locale: await getLocale() });
    return undefined;
  }
}
