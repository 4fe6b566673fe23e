import { AppError, type FieldError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { BoostValues } from "@/core/quota/boost-store";
import { parseAmount } from "@/core/quota/limit-amount";
import { managedBy } from "../existing";
import { toModelGroupId } from "../limit-target";
import { defineOperation, type OperationContext } from "../operation";
import { readSettings } from "../read-settings";
import { boostOutput } from "./boost-output";
import { instantReader } from "./read-instant";
import { GrantBoostInput, GrantedBoosts } from "./schema";

/** Adds to the caps of users between two instants (quota.md Q9). */
export const grantBoosts = defineOperation({
  name: "boosts.grant",
  method: "POST",
  path: "/boosts",
  summary: "Grants a boost to users.",
  permission: "boosts:write",
  input: GrantBoostInput,
  output: GrantedBoosts,
  errors: [],
  async run(input, context) {
    const { ports, now } = context;
    const values = await valuesOf(input, context);
    const rows = await ports.boosts.insert(input.users.map((userId) => ({ ...values, userId })));
    const items = rows.map((row) => boostOutput(row, now));
    return {
      output: { items },
      audit: items.map((item) => ({ target: `boost:${item.id}`, before: null, after: item })),
    };
  },
});

async function valuesOf(
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
