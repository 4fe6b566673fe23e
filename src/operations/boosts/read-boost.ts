import { AppError, type FieldError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { BoostValues } from "@/core/quota/boost-store";
import { parseAmount } from "@/core/quota/limit-amount";
import { managedBy } from "../existing";
import { toModelGroupId } from "../limit-target";
import type { OperationContext } from "../operation";
import { instantReader } from "../read-instant";
import { readSettings } from "../read-settings";
import type { GrantBoostInput } from "./schema";

/** What a boost is to say, for each of its users. Throws validation_failed with every wrong field. */
export async function readBoost(
  input: GrantBoostInput,
  { ports, actor, now }: OperationContext,
): Promise<Omit<BoostValues, "userId">> {
  const fields: FieldError[] = [];
  const read = instantReader((await readSettings(ports.settings)).timeZone, fields);
  const validFrom = input.from == null ? now : read("from", input.from);
  const validTo = read("to", input.to);
  if (validTo <= validFrom) fields.push({ path: "to", code: "boost_range_invalid" });
  fields.push(...(await unknownIn(input, ports)));
  if (fields.length > 0) throw new AppError("validation_failed", {}, { fields });
  const amount = parseAmount(input.amount, input.unit);
  if (typeof amount === "string") throw new AppError("internal_error");
  return {
    modelGroupId: toModelGroupId(input.target),
    unit: input.unit,
    window: input.window,
    amount,
    validFrom,
    validTo,
    note: input.note,
    createdBy: actor.name,
    managedBy: managedBy(actor),
  };
}

async function unknownIn({ users, target }: GrantBoostInput, ports: OperationPorts): Promise<FieldError[]> {
  const fields: FieldError[] = [];
  for (const [index, id] of users.entries())
    if ((await ports.users.find(id)) === null) fields.push({ path: `users[${index}]`, code: "subject_unknown" });
  if (target !== "global" && (await ports.modelGroups.find(target)) === null)
    fields.push({ path: "target", code: "target_unknown" });
  return fields;
}
