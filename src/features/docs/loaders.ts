import "server-only";
import { headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { getServices } from "@/bridge/services";
import { loadViewer } from "@/features/shell/loaders";
import { redirect } from "@/i18n/navigation";
import type { Viewer } from "@/operations/viewer/schema";
import type { OpenApiDocument } from "./components/openapi-document";
import { type Docs, type DocsNoun, readDocument } from "./components/read-document";

/** Who reads; null: somebody signed out, to whom the documentation is open. Sends them to the sign-in page and back when it is not. */
async function requireReader(): Promise<Viewer | null> {
  const viewer = await loadViewer();
  if (viewer !== null || getServices().areDocsPublic()) return viewer;
  const next = (await headers()).get("x-sluice-page") ?? "/docs/api";
  return redirect({ href: { pathname: "/login", query: { next } }, locale: await getLocale() });
}

/** What the pages of the documentation start from; `publicUrl` null: commands name the origin of the page. */
export type DocsStart = { readonly docs: Docs; readonly publicUrl: string | null; readonly viewer: Viewer | null };

/** The documentation of the API, from this program's own OpenAPI document, and who reads it. Read once per request. */
export const loadDocs = cache(async (): Promise<DocsStart> => {
  const viewer = await requireReader();
  const { openApiDocument, publicUrl } = getServices();
  // The standard's own types name far more than pages read.
  const document = (await openApiDocument()) as unknown as OpenApiDocument;
  return { docs: readDocument(document), publicUrl: publicUrl(), viewer };
});

/** What is told of one noun; null when there is none of that name. */
export async function loadNoun(slug: string): Promise<(DocsStart & { readonly noun: DocsNoun }) | null> {
  const start = await loadDocs();
  const noun = start.docs.nouns.find((each) => each.slug === slug);
  return noun === undefined ? null : { ...start, noun };
}
