import type { Provisioning } from "@/core/ports";
import { applyFile } from "./apply-config";
import { exportConfig } from "./export-config";
import { parseConfig } from "./parse-config";

/**
 * The provisioning file for operations. A document that comes this way is a stranger's: it reads the secrets that came along, never a
 * variable or a file of this process.
 */
export const fileProvisioning: Provisioning = {
  export: exportConfig,
  apply(document, { ports, by, now, secrets }) {
    const file = parseConfig(document, {
      readEnv: (name) => (Object.hasOwn(secrets, name) ? secrets[name] : undefined),
      readFile: () => undefined,
    });
    const { kind, role, userId, name, address } = by;
    return applyFile(file, { ports, actor: { kind, via: "file", role, userId, name, address }, now });
  },
};
