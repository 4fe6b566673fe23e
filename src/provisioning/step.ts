import type { OperationContext } from "@/operations/operation";

/** One thing to do for an entry of the file: its path there, how people call it, and the work. */
export type Step = { readonly path: string; readonly label: string; run(context: OperationContext): Promise<unknown> };
