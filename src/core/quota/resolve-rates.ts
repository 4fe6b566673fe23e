import { RATE_METRICS, type RateMetric } from "../vocabulary";
import type { LimitedCaller } from "./limit-cell";
import type { RateAsk } from "./rate-ask";
import type { RateRow, RateSettings } from "./rate-row";

/*
 * Which request rates apply to a request (channels-and-rates.md R1-R3): one pure function of the caller's rows, the block of R4 and the
 * target. For each metric and each target that matches, an override stands in place of its group's rate; without a row of the user and of
 * all groups those of everyone count; the strictest of what is left wins. A more specific target never cancels a wider one. All windows of
 * a user, metric and target are one counter, so another key or group gives no second budget; a key has its own, and so has each bucket row.
 */

/** Whose number decides, as refusals name it (R13). */
export type RateSource = "user" | "group" | "override" | "key" | "default";

/** The part of a request that rates go by. `model` as model groups compare names. */
export type RateTarget = { readonly modelGroupId: number | null; readonly model: string };

/** One counter that a request must fit. */
export type RateCounter = RateAsk & {
  readonly axis: "user" | "key";
  /** `all`, `group` or `model`. */
  readonly target: "all" | "group" | "model";
  readonly source: RateSource;
  /** The user group of the deciding value; null: none. */
  readonly userGroupId: number | null;
  /** The row that decides; null: the block of R4. */
  readonly rowId: number | null;
};

/** A row, or a value of R4's block in its form. */
type Value = Omit<RateRow, "id" | "userId" | "keyId"> & { readonly id: number | null };

const MINUTE_MS = 60_000;
const TARGETS = ["all", "group", "model"] as const;

/** Every counter that a request must fit, in the order in which they are judged (R7). */
export function resolveRates(
  caller: Pick<LimitedCaller, "userId" | "keyId" | "rates" | "userGroups">,
  { requestRate }: RateSettings,
  asked: RateTarget,
): readonly RateCounter[] {
  const values = [...caller.rates, ...valuesOfBlock(caller, requestRate)];
  return RATE_METRICS.filter((metric) => metric === "rpm" || requestRate.enabled).flatMap((metric) => {
    const periodMs = metric === "rpm" ? MINUTE_MS : requestRate.periodMinutes * MINUTE_MS;
    return TARGETS.flatMap((target) => {
      const here = values.filter((value) => value.metric === metric && matches(value, target, asked));
      const name = target === "group" ? `g${asked.modelGroupId}` : target === "model" ? `m${asked.model}` : target;
      const told = { metric, target, periodMs, name };
      const own = here.filter(({ subjectType }) => subjectType === "key");
      return [
        ...countersOf(valuesOfUser(here, caller), { axis: "user", subject: `u${caller.userId}`, ...told }),
        ...countersOf(own, { axis: "key", subject: `k${caller.keyId}`, ...told }),
      ];
    });
  });
}

function matches({ modelGroupId, model }: Value, target: RateCounter["target"], asked: RateTarget): boolean {
  if (target === "model") return model === asked.model;
  if (target === "group") return modelGroupId !== null && modelGroupId === asked.modelGroupId;
  return modelGroupId === null && model === null;
}

/** What counts on the user's side (R2). */
function valuesOfUser(here: readonly Value[], { userGroups }: Pick<LimitedCaller, "userGroups">): readonly Value[] {
  const memberOf = new Set(userGroups.map(({ id }) => id));
  const inGroups = here.filter(({ userGroupId }) => userGroupId !== null && memberOf.has(userGroupId));
  const overridden = new Set(
    inGroups.filter(({ subjectType }) => subjectType === "override").map(({ userGroupId }) => userGroupId),
  );
  const found = [
    ...here.filter(({ subjectType }) => subjectType === "user"),
    ...inGroups.filter(({ subjectType, userGroupId }) => subjectType === "override" || !overridden.has(userGroupId)),
  ];
  return found.length > 0 ? found : here.filter(({ subjectType }) => subjectType === "everyone");
}

type Told = Pick<RateCounter, "axis" | "metric" | "target" | "periodMs"> & {
  /** Whose counter it is, and of what target, as its id says. */
  readonly subject: string;
  readonly name: string;
};

/** One counter for all windows, with the strictest number, and one for each bucket. */
function countersOf(values: readonly Value[], { subject, name, ...told }: Told): readonly RateCounter[] {
  const windowId = `${subject}:${told.metric}:${name}:${told.periodMs}`;
  const capped = values.filter((value): value is Value & { amount: number } => value.amount !== null);
  const windows = capped.filter(({ burst }) => burst === null).sort((a, b) => a.amount - b.amount);
  const buckets = capped.filter(({ burst }) => burst !== null).sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
  return [...windows.slice(0, 1), ...buckets].map(({ subjectType, userGroupId, id, amount, burst }) => ({
    ...told,
    id: burst === null ? windowId : `${subject}:b${id}:${told.periodMs}`,
    ...{ source: SOURCES[subjectType], userGroupId, rowId: id, limit: amount, burst },
  }));
}

const SOURCES = {
  everyone: "default",
  user_group: "group",
  user: "user",
  override: "override",
  key: "key",
} as const satisfies Record<RateRow["subjectType"], RateSource>;

/** R4: values for everyone, and those of a group for both metrics in their place. Names are compared without case. */
function valuesOfBlock(
  { userGroups }: Pick<LimitedCaller, "userGroups">,
  { total, successful, groups }: RateSettings["requestRate"],
): readonly Value[] {
  const entries = Object.entries(groups);
  const value = (metric: RateMetric, amount: number, userGroupId: number | null): Value => ({
    ...{ id: null, subjectType: userGroupId === null ? "everyone" : "user_group", userGroupId, metric },
    ...{ modelGroupId: null, model: null, amount: amount === 0 ? null : amount, burst: null },
  });
  const both = (given: { total: number; successful: number }, userGroupId: number | null) => [
    value("total", given.total, userGroupId),
    value("successful", given.successful, userGroupId),
  ];
  const ofGroups = userGroups.flatMap(({ id, name }) => {
    const entry = entries.find(([named]) => named.toLowerCase() === name.toLowerCase());
    return entry === undefined ? [] : both(entry[1], id);
  });
  return [...both({ total, successful }, null), ...ofGroups];
}
