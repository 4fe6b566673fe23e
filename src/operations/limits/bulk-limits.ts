import { AppError, toAppError } from "@/core/errors";
import { type AuditNote, defineOperation, type OperationContext } from "../operation";
import { limitCell } from "./limit-output";
import { readPlace } from "./limit-place";
import { replaceLimits } from "./replace-limits";
import { BulkLimitsInput, type LimitCell, type PutLimitsInput, WrittenLimits } from "./schema";

/** Replaces the limits of many subjects and targets, all or none. */
export const bulkLimits = defineOperation({
  name: "limits.bulk",
  method: "POST",
  path: "/limits/bulk",
  summary: "Replaces the limits of several subjects and targets at once, all or none.",
  permission: "limits:write",
  input: BulkLimitsInput,
  output: WrittenLimits,
  errors: ["version_conflict"],
  async run({ changes }, context) {
    await context.ports.limits.holdConfig();
    const items: LimitCell[] = [];
    const audit: AuditNote[] = [];
    for (const [index, change] of changes.entries()) {
      const written = await replaceAt(index, change, context);
      items.push(written.output);
      audit.push(...[written.audit ?? []].flat());
    }
    return { output: { items }, audit };
  },
});

/** One change; what is wrong with it is told by its place in the list, a conflict with the limits that are there now. */
async function replaceAt(index: number, change: PutLimitsInput, context: OperationContext) {
  try {
    return await replaceLimits(change, context);
  } catch (error) {
    const { code, params, fields, cause } = toAppError(error);
    const path = `changes[${index}]`;
    const told = fields.map((field) => ({ ...field, path: `${path}.${field.path}` }));
    if (code !== "version_conflict") throw new AppError(code, params, { cause, fields: told });
    const current = limitCell(await readPlace(change, context.ports));
    throw new AppError(code, { ...params, path }, { cause, current });
  }
}
