import type { StoredRate } from "@/core/quota/rate-store";
import { importRates } from "@/operations/rates/import-rates";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import { namedRates, rateFileKey, rateOf } from "./rate-names";
import type { Step } from "./step";

/** Removes the rates that the file owns and no longer names. */
export function pruneRates(file: ConfigFile): readonly Step[] {
  const named = new Set(namedRates(file).map(({ rate }) => rateFileKey(rate)));
  return [
    {
      path: "prune",
      label: "rates that the file no longer names",
      async run(context) {
        const rows = (await context.ports.rates.listAll()).filter(({ managedBy }) => managedBy === "file");
        for (const row of rows.filter((one) => !named.has(rateFileKey(rateOf(one)))))
          await runInside(importRates, { ...subjectOf(row), rules: [inherited(row)] }, context);
      },
    },
  ];
}

function subjectOf({ subjectType, userId, userGroupId, keyId }: StoredRate) {
  if (subjectType === "override") return { kind: "user", id: userId ?? 0, userGroupId: userGroupId ?? 0 };
  return { kind: subjectType, id: userId ?? userGroupId ?? keyId ?? 0 };
}

function inherited({ metric, model, modelGroupId }: StoredRate) {
  const target = modelGroupId !== null ? { modelGroupId } : model !== null ? { model } : "all";
  return { metric, target, value: { state: "inherit" } };
}
