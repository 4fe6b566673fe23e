"use client";

import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { requestSearch } from "../search-params";

/** The filters and the open request of a log, which live in the URL. */
export function useRequestSearch() {
  const [search, setSearch] = useQueryStates(requestSearch);
  const change = useCallback((changed: Partial<typeof search>) => void setSearch(changed), [setSearch]);
  /** From the list: the browser's back button closes it again. */
  const open = useCallback((r: string) => void setSearch({ r }, { history: "push" }), [setSearch]);
  /** From one request to another, or to none. */
  const show = useCallback((r: string | null) => void setSearch({ r }), [setSearch]);
  return { search, change, open, show };
}
