import { AppError } from "@/core/errors";
import type { BoostValues, StoredBoost } from "@/core/quota/boost-store";
import { changesOf } from "../changes-of";
import { type AuditNote, defineOperation, type OperationContext } from "../operation";
import { boostOutput } from "./boost-output";
import { readBoost } from "./read-boost";
import { Boost, ImportBoostInput } from "./schema";

/**
 * A boost by user, target, unit, window and start: the provisioning file's way in, kept out of the registry. Another end or note changes the
 * boost, another amount ends it and grants anew, and one that a person ended before its time is granted again. Writes nothing when
 * nothing differs.
 */
export const importBoost = defineOperation({
  name: "boosts.import",
  method: "PUT",
  path: "/boosts",
  summary: "Grants or changes a boost that is known by its start.",
  permission: "boosts:write",
  input: ImportBoostInput,
  output: Boost,
  errors: [],
  async run({ userId, ...input }, context) {
    const { ports, now } = context;
    const values = { ...(await readBoost({ ...input, users: [userId] }, context)), userId };
    const known = (await ports.boosts.findAlike(values)).at(-1);
    if (known === undefined) return grant(values, [], context);
    if (known.endedAt !== null) {
      return values.validTo <= now ? { output: boostOutput(known, now) } : grant(values, [], context);
    }
    if (known.amount !== values.amount) return grant(values, await end(known, context), context);
    const { validTo, note } = values;
    const changes = changesOf({ row: known, version: known.version, actor: context.actor }, { validTo, note });
    if (changes === null) return { output: boostOutput(known, now) };
    const output = boostOutput(await ports.boosts.update(known.id, changes, known.version), now);
    return { output, audit: { target: `boost:${known.id}`, before: boostOutput(known, now), after: output } };
  },
});

async function grant(values: BoostValues, ended: readonly AuditNote[], { ports, now }: OperationContext) {
  const [row] = await ports.boosts.insert([values]);
  if (row === undefined) throw new AppError("internal_error");
  const output = boostOutput(row, now);
  return { output, audit: [...ended, { target: `boost:${row.id}`, before: null, after: output }] };
}

async function end(boost: StoredBoost, { ports, now }: OperationContext): Promise<readonly AuditNote[]> {
  if (boost.validTo <= now) return [];
  const after = await ports.boosts.update(boost.id, { endedAt: now }, boost.version);
  return [{ target: `boost:${boost.id}`, before: boostOutput(boost, now), after: boostOutput(after, now) }];
}
