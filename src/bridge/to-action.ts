import "server-only";
import { headers } from "next/headers";
import { AppError, toAppError } from "@/core/errors";
import { isHostAllowed, isSameOrigin } from "@/lib/origin-check";
import type { OperationTypes } from "@/operations/registry";
import type { ActionResult } from "@/runtime/services";
import { currentActor } from "./current-account";
import { getServices } from "./services";

/**
 * A server action that runs an operation by name as the signed-in account. Answers with a value, never a throw; refuses calls from
 * other sites, raw ones included (SEC38).
 */
export function toAction<Name extends keyof OperationTypes>(
  name: Name,
): (input: OperationTypes[Name]["input"]) => Promise<ActionResult<OperationTypes[Name]["output"]>> {
  return async (input) => {
    const services = getServices();
    try {
      const given = await headers();
      const publicUrl = services.publicUrl();
      if (!isHostAllowed(given.get("host"), publicUrl)) throw new AppError("host_not_allowed");
      if (!isSameOrigin(given, publicUrl)) throw new AppError("cross_origin");
      const { output, configVersion } = await services.runOperation(name, input, await currentActor());
      return { ok: true, data: output as OperationTypes[Name]["output"], configVersion };
    } catch (error) {
      const known = toAppError(error);
      const { code, params, fields, current } = known;
      const requestId = services.newRequestId();
      if (known.status >= 500) services.reportFault(known, requestId);
      return {
        ok: false,
        error: { code, params, requestId, fields: [...fields], ...(current === undefined ? {} : { current }) },
      };
    }
  };
}
