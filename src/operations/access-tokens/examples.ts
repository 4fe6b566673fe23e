import { wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { AccessToken } from "./schema";

const accessToken: AccessToken = {
  id: 5,
  version: 1,
  createdAt: "2026-11-21T14:03:00.000Z",
  updatedAt: "2026-11-21T14:03:00.000Z",
  userId: 1,
  userName: "grace",
  name: "nightly report",
  prefix: "at-sluice-Ab12",
  scopes: ["usage:read", "requests:read"],
  state: "active",
  expiresAt: "2027-02-19T14:03:00.000Z",
  lastUsedAt: null,
  revokedAt: null,
  previous: null,
};
const used: AccessToken = { ...accessToken, lastUsedAt: "2026-11-21T15:00:00.000Z" };
const secret = "at-sluice-Ab12ThisIsAnExampleAndOpensNothing000000000x7";
const rotated: AccessToken = {
  ...{ ...used, version: 2, prefix: "at-sluice-Cd34" },
  previous: { prefix: accessToken.prefix, expiresAt: "2026-11-21T16:03:00.000Z" },
};

/** Examples of the operations on access tokens. */
export const ACCESS_TOKEN_EXAMPLES: ExamplesOf<`accessTokens.${"list" | "get" | "create" | "update" | "rotate" | "revoke"}`> =
  {
    "accessTokens.list": { input: { state: "active" }, output: wholeList(used) },
    "accessTokens.get": { input: { id: 5 }, output: used },
    "accessTokens.create": {
      input: {
        name: "nightly report",
        scopes: ["usage:read", "requests:read"],
        expiresAt: "2027-02-19T14:03:00Z",
      },
      output: { accessToken, secret },
    },
    "accessTokens.update": {
      input: { id: 5, version: 1, scopes: ["read"] },
      output: { ...used, version: 2, scopes: ["read"] },
    },
    "accessTokens.rotate": {
      input: { id: 5, overlapMinutes: 60 },
      output: { accessToken: rotated, secret: "at-sluice-Cd34ThisIsAnExampleAndOpensNothing000000000m2" },
    },
    "accessTokens.revoke": {
      input: { id: 5 },
      output: { ...used, version: 2, state: "revoked", revokedAt: "2026-11-21T15:03:00.000Z" },
    },
  };
