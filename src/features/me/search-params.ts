import { parseAsBoolean, parseAsString } from "nuqs/server";

/** What the URL of one's own keys says: the order, and whether a new one is being made. */
export const ownKeySearch = {
  sort: parseAsString.withDefault("name"),
  new: parseAsBoolean.withDefault(false),
};
