import { toTarget } from "../limit-target";
import { givenFilters, readIdPosition, readListCursor, writeListCursor } from "../list-cursor";
import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
import { toIso } from "../to-output";
import { quotaCell } from "./quota-output";
import { QuotaMatrix, QuotaMatrixInput } from "./schema";

/** Users by targets for one unit and window: what caps each and where they stand (dashboard.md 7.3). */
export const getMatrix = defineOperation({
  name: "quotas.matrix",
  method: "GET",
  path: "/quota-matrix",
  summary: "Reads the limits of users over all targets for one unit and window.",
  permission: "limits:read",
  input: QuotaMatrixInput,
  output: QuotaMatrix,
  errors: ["cursor_invalid", "cursor_mismatch", "database_unavailable"],
  async run({ cursor, limit, unit, window, q }, { ports, now }) {
    const filter = givenFilters({ unit, window, q });
    const after = readListCursor(cursor, filter, readIdPosition) ?? 0;
    const users = await ports.users.list(q === undefined ? {} : { q });
    const page = users.filter(({ id }) => id > after).sort((a, b) => a.id - b.id);
    const subjects = page.slice(0, limit);
    const read = await ports.quotas.read({ userIds: subjects.map(({ id }) => id), keyId: null });
    const groups = await ports.modelGroups.list({});
    const names = new Map(groups.map((group) => [group.id, group.name]));
    const byUser = new Map(read.map((quotas) => [quotas.caller.userId, quotas]));
    const last = subjects.at(-1);
    return {
      output: {
        asOf: toIso(Math.max(now, ...read.map(({ at }) => at))),
        zone: (await readSettings(ports.settings)).timeZone,
        targets: [
          ...groups.map((group) => ({ target: toTarget(group.id), name: group.name })),
          { target: toTarget(null), name: null },
        ],
        subjects: subjects.map(({ id, name }) => ({ id, name, source: byUser.get(id)?.source ?? "counters" })),
        cells: read.flatMap(({ items, caller }) =>
          items
            .filter(({ cell }) => cell.unit === unit && cell.window === window)
            .map((item) => ({ userId: caller.userId, ...quotaCell(item, caller, names) })),
        ),
        nextCursor: page.length > limit && last !== undefined ? writeListCursor([last.id], filter) : null,
        total: { value: users.length, capped: false },
      },
    };
  },
});
