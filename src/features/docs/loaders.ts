import "server-only";
import { headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { getServices } from "@/bridge/services";
import { redirect } from "@/i18n/navigation";
import type { Viewer } from "@/operations/viewer/schema";
import type { OpenApiDocument } from "./components/openapi-document";
import { type Docs, type DocsNoun, readDocument } from "./components/read-document";

/** Sends the signed-out to the sign-in page and back when the documentation is not open to them. */
async function requireReader(viewer: Viewer | null): Promise<void> {
  if (viewer !== null || getServices().areDocsPublic()) return;
  const next = (await headers()).get("x-sluice-page") ?? "/docs/api";
  redirect({ href: { pathname: "/login", query: { next } }, locale: await getLocale() });
}

/** What the pages of the documentation start from; `publicUrl` null: commands name the origin of the page. */
export type DocsStart = { readonly docs: Docs; readonly publicUrl: string | null };

/** The documentation of the API, from this program's own OpenAPI document, for `viewer`; null: somebody signed out. Read once per request. */
export const loadDocs = cache(async (viewer: Viewer | null): Promise<DocsStart> => {
  await requireReader(viewer);
  const { openApiDocument, publicUrl } = getServices();
  // The standard's own types name far more than pages read.
  const document = (await openApiDocument()) as unknown as OpenApiDocument;
  return { docs: readDocument(document), publicUrl: publicUrl() };
});

/** What is told of one noun; null when there is none of that name. */
export async function loadNoun(
  viewer: Viewer | null,
  slug: string,
): Promise<(DocsStart & { readonly noun: DocsNoun }) | null> {
  const start = await loadDocs(viewer);
  const noun = start.docs.nouns.find((each) => each.slug === slug);
  return noun === undefined ? null : { ...start, noun };
}
