import { AppError, type FieldError, isAppError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import { importRates } from "@/operations/rates/import-rates";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import { findSubject, findTarget } from "./find-place";
import type { RateEntry } from "./rate-entry";
import { namedRates, type PlacedRate } from "./rate-names";
import type { Step } from "./step";

/** The rates of the file, those of one subject in one step. What the file does not name stays. */
export function applyRates(file: Pick<ConfigFile, "rates" | "users" | "userGroups">): readonly Step[] {
  const subjects = Map.groupBy(namedRates(file), ({ rate }) => rate.subject.toLowerCase());
  return [...subjects.values()].map((placed) => {
    const subject = placed[0]?.rate.subject ?? "";
    return {
      path: "",
      label: `rates ${subject}`,
      async run(context) {
        const who = await findRated(subject, context.ports);
        if (who === null)
          throw faults(placed.map(({ path, of }) => ({ path: join(path, of.subject), code: of.unknown })));
        const rules = await rulesOf(placed, context.ports);
        try {
          return await runInside(importRates, { ...who, rules }, context);
        } catch (error) {
          throw inPlace(error, placed);
        }
      },
    };
  });
}

async function rulesOf(placed: readonly PlacedRate[], ports: OperationPorts) {
  const unknown: FieldError[] = [];
  const rules: object[] = [];
  for (const { rate, path } of placed) {
    const target = await findRateTarget(rate.target, ports);
    if (target === null) unknown.push({ path: join(path, "target"), code: "target_unknown" });
    else rules.push({ metric: rate.metric, target, value: rateValue(rate), burst: rate.burst ?? null });
  }
  if (unknown.length > 0) throw faults(unknown);
  return rules;
}

function rateValue({ amount }: RateEntry) {
  return typeof amount === "number" ? { state: "limit", amount } : { state: "unlimited" };
}

/** The subject that a file names; with `userGroupId` for a user in a group. Names may hold `@` themselves. */
async function findRated(name: string, ports: OperationPorts) {
  if (name === "everyone") return { kind: "everyone" as const, id: 0 };
  const found = await findSubject(name, ports);
  if (found !== null || !name.startsWith("user:")) return found;
  for (let at = name.lastIndexOf("@"); at > 0; at = name.lastIndexOf("@", at - 1)) {
    const user = await ports.users.findByName(name.slice("user:".length, at));
    const group = user === null ? null : await ports.userGroups.findByName(name.slice(at + 1));
    if (user !== null && group !== null) return { kind: "user" as const, id: user.id, userGroupId: group.id };
  }
  return null;
}

async function findRateTarget(name: string, ports: OperationPorts) {
  if (name === "all") return name;
  if (name.startsWith("model:")) return { model: name.slice("model:".length) };
  const modelGroupId = await findTarget(name, ports);
  return typeof modelGroupId === "number" ? { modelGroupId } : null;
}

/** Faults of rules as those of the entries that they came from. */
function inPlace(error: unknown, placed: readonly PlacedRate[]): unknown {
  if (!isAppError(error) || error.fields.length === 0) return error;
  return faults(
    error.fields.map((fault) => {
      const [, index = "", field = ""] = /^rules\[(\d+)\]\.?(.*)$/.exec(fault.path) ?? [];
      const path = placed[Number(index)]?.path ?? "";
      return { ...fault, path: field === "" ? path : join(path, field.replace(/^value\./, "")) };
    }),
  );
}

function join(path: string, field: string): string {
  return field === "" ? path : `${path}.${field}`;
}

function faults(fields: readonly FieldError[]): AppError {
  return new AppError("validation_failed", {}, { fields });
}
