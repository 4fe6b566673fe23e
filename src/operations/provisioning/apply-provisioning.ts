import { defineOperation } from "../operation";
import { AppliedProvisioning, ApplyProvisioningInput } from "./schema";

/**
 * Applies a provisioning file, whole or not at all. What it names belongs to the file from then on, as if the process had started with it;
 * every object that changes has an audit row of its own, with who applied it.
 */
export const applyProvisioning = defineOperation({
  name: "provisioning.apply",
  method: "POST",
  path: "/provisioning/apply",
  summary:
    "Applies a provisioning file in one transaction, or tells what it would do. Its permission is as wide as `write`.",
  permission: "provisioning:write",
  input: ApplyProvisioningInput,
  output: AppliedProvisioning,
  maxBodyBytes: 8 * 1024 * 1024,
  errors: [],
  async run({ document, secrets, dryRun }, { ports, actor, now }) {
    const configVersion = await ports.configVersion();
    const report = await ports.provisioning.apply(document, { ports, by: actor, now, secrets });
    const { created, changed, removed, overwrote, incomplete } = report;
    const told = {
      ...{ created: [...created], changed: [...changed], removed: [...removed], incomplete: [...incomplete] },
      overwrote: overwrote.map(({ object, editedBy }) => ({ object, editedBy: [...editedBy] })),
    };
    if (dryRun) return { output: { applied: false, ...told, configVersion }, isDiscarded: true };
    const output = { applied: true, ...told, configVersion: report.configVersion };
    if (created.length + changed.length + removed.length === 0) return { output };
    return { output, audit: { target: "provisioning", before: { configVersion }, after: output } };
  },
});
