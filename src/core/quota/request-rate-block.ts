import type { SettingWarning } from "../vocabulary";
import type { RateSettings } from "./rate-row";

type Block = RateSettings["requestRate"];

/**
 * The block of R4 after a user group got another name, or with `to` null was deleted: its entry goes along. Names are compared without case.
 * The same block when the group has no entry.
 */
export function movedGroupEntry(block: Block, from: string, to: string | null): Block {
  const isOf = (name: string | null) => (entry: [string, unknown]) => entry[0].toLowerCase() === name?.toLowerCase();
  const entries = Object.entries(block.groups);
  const own = entries.find(isOf(from));
  if (own === undefined) return block;
  const others = entries.filter((entry) => !isOf(from)(entry) && !isOf(to)(entry));
  return { ...block, groups: Object.fromEntries(to === null ? others : [...others, [to, own[1]]]) };
}

/** Something to know of a setting that is valid. `path` as in field errors. */
export type WarnedSetting = { readonly path: string; readonly code: SettingWarning };

/** Where more successful requests than requests may be made (R4): the total refuses first. */
export function blockWarnings({ total, successful, groups }: Block): readonly WarnedSetting[] {
  const values = [
    ["requestRate", { total, successful }] as const,
    ...Object.entries(groups).map(([name, entry]) => [`requestRate.groups.${name}`, entry] as const),
  ];
  return values
    .filter(([, value]) => value.total > 0 && value.successful > value.total)
    .map(([path]) => ({ path: `${path}.successful`, code: "successful_above_total" }));
}
