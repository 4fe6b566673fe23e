import type { FieldError } from "@/core/errors";
import type { ConfigFile } from "./config-file";
import { boostKey, limitKey } from "./limit-names";
import { namedRates, rateFileKey } from "./rate-names";

/** Two entries of one natural key (provisioning.md, idempotent). */
export function duplicates(file: ConfigFile): FieldError[] {
  const lower = (text: string | null | undefined) => text?.toLowerCase() ?? null;
  return [
    ...repeated(
      "channels",
      file.channels.map((entry) => lower(entry.name)),
      "name",
    ),
    ...repeated(
      "userGroups",
      file.userGroups.map((entry) => lower(entry.name)),
      "name",
    ),
    ...repeated(
      "modelGroups",
      file.modelGroups.map((entry) => lower(entry.name)),
      "name",
    ),
    ...sharedModels(file),
    ...repeated(
      "models",
      file.models.map(({ name }) => name),
      "name",
    ),
    ...repeated(
      "users",
      file.users.map((entry) => lower(entry.name)),
      "name",
    ),
    ...repeated(
      "keys",
      file.keys.map((entry) => [lower(entry.user), lower(entry.name)]),
      "name",
    ),
    ...repeated("limits", file.limits.map(limitKey), "subject"),
    ...repeatedRates(file),
    ...repeated("boosts", file.boosts.map(boostKey), "user"),
    ...repeated(
      "prices",
      file.prices.map((entry) => [
        ...[entry.model, lower(entry.channel), entry.effectiveFrom ?? null, entry.serviceTier],
        ...[entry.minInputTokens, entry.dailyUtcFrom, entry.dailyUtcTo],
      ]),
      "model",
    ),
  ];
}

/** A model belongs to one group at most; inside one group the schema tells a model that is named twice. */
function sharedModels({ modelGroups }: ConfigFile): FieldError[] {
  const owners = new Map<string, string>();
  return modelGroups.flatMap(({ name, models }, group) =>
    models.flatMap((model, index) => {
      const owner = owners.get(model);
      if (owner === undefined) owners.set(model, name);
      if (owner === undefined) return [];
      const params = { model, modelGroup: owner };
      return [{ path: `modelGroups[${group}].models[${index}]`, code: "model_in_other_group", params }];
    }),
  );
}

/** A rate may be given as a rule or in the `rpm` field of its subject, not as both. */
function repeatedRates(file: ConfigFile): FieldError[] {
  const seen = new Set<string>();
  return namedRates(file).flatMap(({ rate, path, of }) => {
    const key = rateFileKey(rate);
    if (seen.has(key)) return [{ path: of.subject === "" ? path : `${path}.${of.subject}`, code: "duplicate" }];
    seen.add(key);
    return [];
  });
}

function repeated(list: string, keys: readonly unknown[], field: string): FieldError[] {
  const seen = new Set<string>();
  return keys.flatMap((key, index) => {
    const text = JSON.stringify(key);
    if (seen.has(text)) return [{ path: `${list}[${index}].${field}`, code: "duplicate" }];
    seen.add(text);
    return [];
  });
}
