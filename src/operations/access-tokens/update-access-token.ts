import { AppError } from "@/core/errors";
import { changesOf } from "../changes-of";
import { defineOperation, type Scope } from "../operation";
import { isWiderScope } from "../permissions";
import { accessTokenOutput } from "./access-token-output";
import { runningAccessToken } from "./running-access-token";
import { AccessToken, UpdateAccessTokenInput } from "./schema";

/** Changes the name or the scopes of an access token; its next call meets them. Only its owner may let it do more. */
export const updateAccessToken = defineOperation({
  name: "accessTokens.update",
  method: "PATCH",
  path: "/access-tokens/{id}",
  summary: "Changes the name or the scopes of an access token.",
  permission: "access-tokens:write",
  input: UpdateAccessTokenInput,
  output: AccessToken,
  errors: ["not_found", "version_conflict", "name_taken", "access_token_ended", "access_token_of_another"],
  async run({ id, version, ...patch }, context) {
    const { ports, actor, now } = context;
    const row = await runningAccessToken(id, context);
    const changes = changesOf({ row: { ...row, managedBy: null }, version, actor }, patch);
    if (changes === null) return { output: accessTokenOutput(row, now) };
    const isWidened = changes.scopes !== undefined && isWiderScope(changes.scopes, row.scopes as readonly Scope[]);
    if (isWidened && row.userId !== actor.userId) throw new AppError("access_token_of_another");
    const { name = row.name, scopes = row.scopes } = changes;
    const output = accessTokenOutput(await ports.accessTokens.update(id, { name, scopes }, version), now);
    return { output, audit: { target: `access_token:${id}`, before: accessTokenOutput(row, now), after: output } };
  },
});
