import type { StoredRate } from "@/core/quota/rate-store";
import type { ConfigFile } from "./config-file";
import type { RateEntry } from "./rate-entry";

/** A rate of the file with its place in it, and what an unknown subject is called there. */
export type PlacedRate = {
  readonly path: string;
  readonly rate: RateEntry;
  readonly of: { readonly subject: string; readonly unknown: "subject_unknown" | "user_group_unknown" };
};

/** Every rate of a file: its rules, and the `rpm` fields of users and groups, which are rules over all models. */
export function namedRates({ rates, users, userGroups }: Pick<ConfigFile, "rates" | "users" | "userGroups">) {
  const rpm = (subject: string, amount: RateEntry["amount"]): RateEntry => ({
    ...{ subject, target: "all", metric: "rpm", amount },
  });
  const placed: PlacedRate[] = rates.map((rate, index) => ({
    ...{ path: `rates[${index}]`, rate, of: { subject: "subject", unknown: "subject_unknown" } },
  }));
  const own = { subject: "", unknown: "subject_unknown" } as const;
  for (const [index, group] of userGroups.entries())
    if (group.rpm != null)
      placed.push({ path: `userGroups[${index}].rpm`, rate: rpm(`group:${group.name}`, group.rpm), of: own });
  for (const [index, user] of users.entries()) {
    const path = `users[${index}]`;
    if (user.rpm != null) placed.push({ path: `${path}.rpm`, rate: rpm(`user:${user.name}`, user.rpm), of: own });
    for (const [group, amount] of Object.entries(user.rpmOverrides ?? {}))
      placed.push({
        path: `${path}.rpmOverrides.${group}`,
        rate: rpm(`user:${user.name}@${group}`, amount),
        of: { subject: "", unknown: "user_group_unknown" },
      });
  }
  return placed;
}

/** How the file writes a stored rate. */
export function rateOf(row: StoredRate): RateEntry {
  const { metric, amount, burst, subjectType } = row;
  const without = subjectType === "override" ? "exempt" : "unlimited";
  return {
    ...{ subject: subjectName(row), target: targetName(row), metric, amount: amount ?? without },
    ...(burst === null ? {} : { burst }),
  };
}

/** The natural key of a rate in the file (provisioning.md, idempotent). */
export function rateFileKey({ subject, target, metric }: Pick<RateEntry, "subject" | "target" | "metric">): string {
  return JSON.stringify([subject.toLowerCase(), target.toLowerCase(), metric]);
}

function subjectName({ subjectType, userName, userGroupName, keyName }: StoredRate): string {
  switch (subjectType) {
    case "everyone":
      return "everyone";
    case "user":
      return `user:${userName}`;
    case "user_group":
      return `group:${userGroupName}`;
    case "override":
      return `user:${userName}@${userGroupName}`;
    case "key":
      return `key:${keyName}`;
  }
}

function targetName({ model, modelGroupName }: StoredRate): string {
  if (model !== null) return `model:${model}`;
  return modelGroupName === null ? "all" : `group:${modelGroupName}`;
}
