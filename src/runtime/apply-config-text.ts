import { readFileSync } from "node:fs";
import { isAppError } from "@/core/errors";
import type { ProvisioningReport, Transact } from "@/core/ports";
import type { Clock } from "@/lib/clock";
import { applyConfig } from "@/provisioning/apply-config";
import { readVariable } from "./env";
import { startFault } from "./start-fault";

/** Reads a provisioning file. `source` names it in messages: `SLUICE_CONFIG`. Throws a StartFault when it cannot be read. */
export function readConfigText(path: string, source: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw startFault(`${source}: ${path} cannot be read (${code})`, { cause });
  }
}

/** Applies the text of a provisioning file in one transaction. Throws a StartFault that lists every problem with its path, a line each. */
export async function applyConfigText(
  text: string,
  { source, transact, clock }: { source: string; transact: Transact; clock: Clock },
): Promise<ProvisioningReport> {
  try {
    return await applyConfig(text, { transact, clock, secrets: { readEnv: readVariable, readFile: readSecretFile } });
  } catch (error) {
    if (!isAppError(error) || error.fields.length === 0) throw error;
    const lines = error.fields.map(({ path, code }) => `${source}: ${path === "" ? "the file" : path}: ${code}`);
    throw startFault(lines.join("\n"), { cause: error });
  }
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
