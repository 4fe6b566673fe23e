import { createLoader, createParser, type inferParserType, parseAsStringLiteral } from "nuqs/server";
import type { RequestItem } from "@/operations/requests/schema";

/** Every way a request can end, in the order of the filter. */
export const OUTCOMES = [
  "ok",
  "upstream_error",
  "client_aborted",
  "interrupted",
  "denied",
] as const satisfies readonly RequestItem["outcome"][];

/** Times back from now that can be picked by name. */
export const RANGES = ["hour", "day", "week", "month"] as const;

const HOUR_MS = 3_600_000;
const RANGE_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS, month: 720 * HOUR_MS } as const;

const text = (max: number) =>
  createParser({
    parse: (given) => {
      const trimmed = given.trim();
      return trimmed === "" || trimmed.length > max || /[\p{Cc}\p{Cs}]/u.test(trimmed) ? null : trimmed;
    },
    serialize: String,
  });

const id = createParser({
  parse: (given) => (/^[1-9]\d{0,9}$/.test(given) && Number(given) < 2 ** 31 ? Number(given) : null),
  serialize: String,
});

const instant = createParser({
  parse: (given) => {
    const at = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(given) : Number.NaN;
    return Number.isNaN(at) ? null : new Date(at).toISOString();
  },
  serialize: String,
});

/** What the URL of a request log says: the filters and, as `r`, the request whose details are open. What makes no sense is left out. */
export const requestSearch = {
  outcome: parseAsStringLiteral(OUTCOMES),
  model: text(200),
  user: id,
  key: id,
  channel: id,
  code: text(60),
  /** A time back from now; `from` and `to` win over it. */
  range: parseAsStringLiteral(RANGES),
  /** Inclusive. */
  from: instant,
  /** Exclusive. */
  to: instant,
  r: text(64),
};

/** The same, as `useQueryStates` gives it. */
export type RequestSearch = inferParserType<typeof requestSearch>;

/** The filters alone, all of them off. */
export const NO_REQUEST_FILTER = {
  outcome: null,
  model: null,
  user: null,
  key: null,
  channel: null,
  code: null,
  range: null,
  from: null,
  to: null,
} satisfies Omit<RequestSearch, "r">;

/** Reads the URL on the server. */
export const loadRequestSearch = createLoader(requestSearch);

const withoutNull = <Given extends Readonly<Record<string, unknown>>>(given: Given) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as {
    [Name in keyof Given]?: NonNullable<Given[Name]>;
  };

/** The filters of one's own log as its operation takes them. `asOf`, epoch ms, is what a range counts back from. */
export function ownRequestFilter(search: RequestSearch, asOf: number) {
  const { outcome, model, key, code, range, to } = search;
  const back = range === null || to !== null ? null : new Date(asOf - RANGE_MS[range]).toISOString();
  return withoutNull({ outcome, model, keyId: key, code, from: search.from ?? back, to });
}

/** The filters of the whole log as its operation takes them. `asOf` as in `ownRequestFilter`. */
export function requestFilter(search: RequestSearch, asOf: number) {
  return { ...ownRequestFilter(search, asOf), ...withoutNull({ userId: search.user, channelId: search.channel }) };
}
