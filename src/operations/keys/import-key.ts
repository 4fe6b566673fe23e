import { AppError } from "@/core/errors";
import { describeKey, digestKey } from "@/core/keys/key-secret";
import { changesOf } from "../changes-of";
import { defineOperation } from "../operation";
import { keyOutput } from "./key-output";
import { ImportKeyInput, Key } from "./schema";
import { insertKey } from "./write-key";

/**
 * A key with a secret that is already known, by user and name: the provisioning file's way in, kept out of the registry.
 * A new secret replaces the old one at once; without one a key that exists keeps its own, and a new key has one that nobody knows until it
 * is rotated. Writes nothing when nothing differs.
 */
export const importKey = defineOperation({
  name: "keys.import",
  method: "PUT",
  path: "/keys",
  summary: "Creates or changes a key with a known secret.",
  permission: "keys:write",
  input: ImportKeyInput,
  output: Key,
  errors: ["name_taken"],
  async run({ secret, ...input }, context) {
    const { ports, actor, now } = context;
    const digest = secret === null ? null : digestKey(secret);
    if (secret !== null && digest === null) throw invalidSecret();
    const row = await ports.keys.findByName(input.userId, input.name);
    if (row === null) {
      const { output, audit } = await insertKey(input, context, secret ?? undefined);
      return { output: output.key, ...(audit === undefined ? {} : { audit }) };
    }
    const expiresAt = input.expiresAt === null ? null : Date.parse(input.expiresAt);
    const { enabled, models, ipAllow, ipDeny, maxConcurrent } = input;
    const wanted = { enabled, models, expiresAt, ipAllow, ipDeny, maxConcurrent };
    const changes = changesOf({ row, version: row.version, actor }, wanted);
    const isNewSecret = secret !== null && digest !== (await ports.keys.currentDigest(row.id));
    if (changes === null && !isNewSecret) return { output: keyOutput(row, now) };
    let after = row;
    if (changes !== null) after = await ports.keys.update(row.id, changes);
    if (isNewSecret) after = await ports.keys.rotate(row.id, describeKey(secret), null);
    const output = keyOutput(after, now);
    return { output, audit: { target: `key:${row.id}`, before: keyOutput(row, now), after: output } };
  },
});

function invalidSecret(): AppError {
  return new AppError("validation_failed", {}, { fields: [{ path: "secret", code: "secret_invalid" }] });
}
