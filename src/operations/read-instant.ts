import type { FieldError } from "@/core/errors";
import { instantOfLocal } from "@/lib/time-zone";

/** Reads `from` and `to`, instants or local times of a zone, as epoch ms; what does not exist there is told in `fields`. */
export function instantReader(zone: string, fields: FieldError[]) {
  return (path: "from" | "to", given: string): number => {
    const hasZone = /(?:Z|[+-]\d\d:\d\d)$/i.test(given);
    const at = hasZone ? Date.parse(given) : instantOfLocal(given, zone);
    if (at !== null) return at;
    fields.push({ path, code: "time_not_in_zone", params: { zone } });
    return Number.NaN;
  };
}
