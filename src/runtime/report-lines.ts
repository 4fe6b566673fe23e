import type { ProvisioningReport } from "@/core/ports";
import type { ProvisioningGap } from "@/core/vocabulary";

const GAPS: Readonly<Record<ProvisioningGap, string>> = {
  credential_missing: "has no credential and serves no call until it has one",
  secret_unknown: "has a new secret that nobody knows: rotate it",
};

/** What a provisioning run did, for a person, the edits that it undid first; `unchanged` when there was nothing to do. */
export function reportLines(report: ProvisioningReport): readonly string[] {
  const { created, changed, removed, overwrote, configVersion } = report;
  const done = [
    ...overwrote.map(({ object, editedBy }) => `overwrote ${object} (edited by ${editedBy.join(", ")})`),
    ...created.map((label) => `created ${label}`),
    ...changed.map((label) => `changed ${label}`),
    ...removed.map((label) => `removed ${label}`),
  ];
  const summary = done.length === 0 ? "unchanged" : `applied as configuration ${configVersion}`;
  return [...done, ...warningLines(report), summary];
}

/** What a run did that somebody has to see to even at a start that nobody watches: undone edits, and what is not complete. */
export function startLines(report: ProvisioningReport): readonly string[] {
  const changes = report.created.length + report.changed.length + report.removed.length;
  const undone = report.overwrote.map(
    ({ object, editedBy }) => `overwrote ${object} (edited by ${editedBy.join(", ")})`,
  );
  return [...undone, ...warningLines(report), ...(changes === 0 ? [] : [`${changes} changes applied`])];
}

function warningLines({ incomplete }: ProvisioningReport): readonly string[] {
  return incomplete.map(({ object, code }) => `${object} ${GAPS[code]}`);
}
