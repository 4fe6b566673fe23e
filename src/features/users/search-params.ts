import { createLoader, parseAsString, parseAsStringLiteral } from "nuqs/server";

/** What the URL of the list of users says: search, state, role, order. */
export const userSearch = {
  q: parseAsString.withDefault(""),
  state: parseAsStringLiteral(["enabled", "disabled"]),
  role: parseAsStringLiteral(["admin", "user"]),
  sort: parseAsString.withDefault("name"),
};

/** Reads it on the server. */
export const loadUserSearch = createLoader(userSearch);

/** Its filters as the operation takes them; the role is filtered on the page. */
export function userFilter({ q, state }: { q: string; state: "enabled" | "disabled" | null }) {
  return {
    ...(q === "" ? {} : { q }),
    ...(state === null ? {} : { enabled: state === "enabled" }),
  };
}
