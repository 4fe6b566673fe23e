import "server-only";
import type { OperationTypes } from "@/operations/registry";
import { currentActor } from "./current-account";
import { getServices } from "./services";

/** Runs a reading operation as the signed-in account, for loaders. Throws AppError: unauthenticated, forbidden, not_found, and the like. */
export async function runForPage<Name extends keyof OperationTypes>(
  name: Name,
  input: OperationTypes[Name]["input"],
): Promise<OperationTypes[Name]["output"]> {
  const { output } = await getServices().runOperation(name, input, await currentActor());
  return output as OperationTypes[Name]["output"]; // runOperation parsed it with the operation's own schema
}
