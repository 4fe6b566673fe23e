import "server-only";
import { toAppError } from "@/core/errors";
import { readWholeList } from "@/lib/read-whole-list";
import type { ListName, OperationTypes } from "@/operations/registry";
import { currentActor } from "./current-account";
import { getServices } from "./services";

/**
 * Runs a reading operation as the signed-in account, for loaders. Throws AppError: unauthenticated, forbidden, not_found, and the like;
 * a fault is logged and carries its request id as `digest`, which the error page shows.
 */
export async function runForPage<Name extends keyof OperationTypes>(
  name: Name,
  input: OperationTypes[Name]["input"],
): Promise<OperationTypes[Name]["output"]> {
  const services = getServices();
  try {
    const { output } = await services.runOperation(name, input, await currentActor());
    return output as OperationTypes[Name]["output"]; // runOperation parsed it with the operation's own schema
  } catch (error) {
    const known = toAppError(error);
    if (known.status < 500) throw known;
    const digest = services.newRequestId();
    services.reportFault(known, digest);
    throw Object.assign(known, { digest });
  }
}

/** Runs a list page by page and gives it whole, for pages that show or offer every row. Throws like `runForPage`. */
export function runWholeForPage<Name extends ListName>(
  name: Name,
  input: OperationTypes[Name]["input"],
): Promise<OperationTypes[Name]["output"]> {
  return readWholeList((ask) => runForPage(name, { ...input, ...ask }));
}
