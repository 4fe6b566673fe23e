import { z } from "zod";
import { PROVISIONING_GAPS } from "@/core/vocabulary";
import { because, flag, orDefault, strict } from "../references";

/** Largest document that is read, characters: reading one holds up everything else. The command takes files of any size. */
const MAX_DOCUMENT = 1_048_576;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,199}$/;

/** Input of `provisioning.export`. */
export const ExportProvisioningInput = strict({
  /** True: where a secret belongs stands the name of a variable, `env:NAME`; else it is left out. */
  references: orDefault(flag, false),
});
/** Output of `provisioning.export`: the whole configuration as a provisioning file, YAML, without secrets. */
export const ExportedProvisioning = z.object({ document: z.string(), configVersion: z.int() });

/** Input of `provisioning.apply`. */
export const ApplyProvisioningInput = strict({
  /** A provisioning file as text, YAML or JSON. */
  document: z.string(because("invalid")).max(MAX_DOCUMENT, "too_long"),
  /** What `env:NAME` in the document means; nothing else is looked up, and `file:PATH` is refused. */
  secrets: orDefault(
    z
      .record(
        z.string().regex(VARIABLE, "invalid"),
        z.string(because("secret_invalid")).max(8_192, "too_long"),
        because("invalid"),
      )
      .refine((given) => Object.keys(given).length <= 10_000, "too_long"),
    {},
  ),
  /** True: tells what would be done and does nothing. */
  dryRun: orDefault(flag, false),
});

/** Output of `provisioning.apply`. Objects are told as people call them: `channel openai-main`. */
export const AppliedProvisioning = z.object({
  /** False for a dry run. */
  applied: z.boolean(),
  created: z.array(z.string()),
  changed: z.array(z.string()),
  removed: z.array(z.string()),
  /** Objects of the file that others had changed and that are again as the file says; these are among the changed ones. */
  overwrote: z.array(z.object({ object: z.string(), editedBy: z.array(z.string()) })),
  /** What is made but cannot be used before somebody completes it: a channel without a credential, a key whose secret nobody knows. */
  incomplete: z.array(z.object({ object: z.string(), code: z.enum(PROVISIONING_GAPS) })),
  configVersion: z.int(),
});
/** See the schema. */
export type AppliedProvisioning = z.infer<typeof AppliedProvisioning>;
