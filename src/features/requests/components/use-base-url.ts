"use client";

import { useSyncExternalStore } from "react";

const neverChanges = () => () => undefined;

/** The origin that commands name: the configured one, else that of the page. Empty while the server renders. */
export function useBaseUrl(publicUrl: string | null): string {
  const origin = useSyncExternalStore(
    neverChanges,
    () => window.location.origin,
    () => "",
  );
  return (publicUrl ?? origin).replace(/\/$/, "");
}
