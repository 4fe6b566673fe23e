import { existing } from "../existing";
import { defineOperation } from "../operation";
import { accessTokenOutput } from "./access-token-output";
import { AccessToken, GetAccessTokenInput } from "./schema";

/** One access token, without its secret. */
export const getAccessToken = defineOperation({
  name: "accessTokens.get",
  method: "GET",
  path: "/access-tokens/{id}",
  summary: "Reads an access token without its secret.",
  permission: "access-tokens:read",
  input: GetAccessTokenInput,
  output: AccessToken,
  errors: ["not_found"],
  async run({ id }, { ports, now }) {
    return { output: accessTokenOutput(existing(await ports.accessTokens.find(id)), now) };
  },
});
