import type { OperationContext } from "@/operations/operation";

/**
 * One thing to do for an entry of the file: its path there, how people call it, and the work. What that resolves to does not matter, unless
 * it is a `ProvisioningGap`: then somebody has to complete the object.
 */
export type Step = { readonly path: string; readonly label: string; run(context: OperationContext): Promise<unknown> };
