import { createLoader, parseAsInteger, parseAsString, parseAsStringLiteral } from "nuqs/server";

/** What the URL of the list of keys says: search, owner, state, order. */
export const keySearch = {
  q: parseAsString.withDefault(""),
  owner: parseAsInteger,
  state: parseAsStringLiteral(["enabled", "disabled"]),
  sort: parseAsString.withDefault("name"),
};

/** The same, as `useQueryStates` gives it. */
export type KeySearch = { q: string; owner: number | null; state: "enabled" | "disabled" | null; sort: string };

/** Reads it on the server. */
export const loadKeySearch = createLoader(keySearch);

/** Its filters as the operation takes them. */
export function keyFilter({ q, owner, state }: Omit<KeySearch, "sort">) {
  return {
    ...(q === "" ? {} : { q }),
    ...(owner === null ? {} : { userId: owner }),
    ...(state === null ? {} : { enabled: state === "enabled" }),
  };
}
