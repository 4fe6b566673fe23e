"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};

/** False on the server and while a page wakes up, then true: for what only the browser can know, such as whether its own clock calls the page's data old. */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
