import { AppError } from "@/core/errors";
import type { Caller } from "./exchange";

/** True when the key may ask for the model. */
export function isPermitted(model: string, caller: Pick<Caller, "models">): boolean {
  return caller.models === null || caller.models.has(model);
}

/** The model, if the key may ask for it. Throws model_not_found: unknown and not allowed look alike. */
export function permitModel(model: string, caller: Pick<Caller, "models">): string {
  if (!isPermitted(model, caller)) throw new AppError("model_not_found", { model });
  return model;
}
