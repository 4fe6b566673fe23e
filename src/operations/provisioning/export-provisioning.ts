import { defineOperation } from "../operation";
import { ExportedProvisioning, ExportProvisioningInput } from "./schema";

/** The whole configuration as a provisioning file; secrets are never in it. */
export const exportProvisioning = defineOperation({
  name: "provisioning.export",
  method: "GET",
  path: "/provisioning/export",
  summary: "Exports the whole configuration as a provisioning file without secrets.",
  permission: "provisioning:read",
  input: ExportProvisioningInput,
  output: ExportedProvisioning,
  errors: [],
  async run(options, { ports }) {
    // read first: what changes meanwhile makes the document newer than its version, never older
    const configVersion = await ports.configVersion();
    return { output: { document: await ports.provisioning.export(ports, options), configVersion } };
  },
});
