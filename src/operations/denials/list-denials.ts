import { givenFilters } from "../list-cursor";
import { defineOperation } from "../operation";
import { readCursor, writeCursor } from "../request-cursor";
import { denialItem } from "./denial-output";
import { DenialList, ListDenialsInput } from "./schema";

/** Refused requests, newest first, with what each refusal said. */
export const listDenials = defineOperation({
  name: "denials.list",
  method: "GET",
  path: "/denials",
  summary: "Lists refused requests, newest first.",
  permission: "requests:read",
  input: ListDenialsInput,
  output: DenialList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, from, to, ...asked }, { ports }) {
    const filter = givenFilters({ ...asked, from: instantOf(from), to: instantOf(to) });
    const page = await ports.denials.list(filter, { limit, after: readCursor(cursor, filter) });
    const last = page.items.at(-1);
    return {
      output: {
        items: page.items.map(denialItem),
        nextCursor: page.nextCursor === null || last === undefined ? null : writeCursor(last, filter),
        total: page.total,
      },
    };
  },
});

function instantOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
