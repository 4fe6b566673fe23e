import type { RequestFilter, RequestRow } from "@/core/ledger/request-log";
import type { OperationPorts } from "@/core/ports";
import { readCursor, writeCursor } from "../request-cursor";
import type { ListOwnRequestsInput } from "./schema";

type Query = Omit<ListOwnRequestsInput, "from" | "to"> & { readonly from?: number; readonly to?: number };
type Asked = ListOwnRequestsInput & { readonly userId?: number | undefined; readonly channelId?: number | undefined };

/** One page of the request log with rows as `show` makes them. Throws cursor_invalid, cursor_mismatch. */
export async function requestPage<Item>(
  { cursor, limit, ...asked }: Asked,
  ports: OperationPorts,
  show: (row: RequestRow) => Item,
) {
  const filter = filterOf(asked);
  const page = await ports.requests.list(filter, { limit, after: readCursor(cursor, filter) });
  const last = page.items.at(-1);
  return {
    items: page.items.map(show),
    nextCursor: page.nextCursor === null || last === undefined ? null : writeCursor(last, filter),
    total: page.total,
  };
}

function filterOf({ from, to, ...rest }: Omit<Asked, "cursor" | "limit">): RequestFilter {
  const instants = {
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
  };
  const entries = Object.entries({ ...rest, ...instants }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) satisfies Partial<Query>;
}
