import type { ExamplesOf } from "../operation-example";

const accessToken = {
  id: 3,
  version: 1,
  createdAt: "2026-11-02T09:00:00.000Z",
  updatedAt: "2026-11-02T09:00:00.000Z",
  userId: 1,
  userName: "Ada",
  name: "deploy script",
  prefix: "at-sluice-Ab12",
  scopes: ["read", "keys:write"],
  state: "active" as const,
  expiresAt: "2027-01-31T09:00:00.000Z",
  lastUsedAt: null,
  revokedAt: null,
  previous: null,
};

/** A call of each operation on access tokens. */
export const ACCESS_TOKEN_EXAMPLES: ExamplesOf<
  | "accessTokens.list"
  | "accessTokens.get"
  | "accessTokens.create"
  | "accessTokens.update"
  | "accessTokens.rotate"
  | "accessTokens.revoke"
> = {
  "accessTokens.list": {
    input: { state: "active", limit: 50 },
    output: { items: [accessToken], nextCursor: null, total: { value: 1, capped: false } },
  },
  "accessTokens.get": { input: { id: 3 }, output: accessToken },
  "accessTokens.create": {
    input: { name: "deploy script", scopes: ["read", "keys:write"], expiresAt: "2027-01-31T09:00:00Z" },
    output: { accessToken, secret: "at-sluice-Ab12..." },
  },
  "accessTokens.update": {
    input: { id: 3, version: 1, scopes: ["read"] },
    output: { ...accessToken, version: 2, scopes: ["read"] },
  },
  "accessTokens.rotate": {
    input: { id: 3, overlapMinutes: 60 },
    output: {
      accessToken: {
        ...accessToken,
        version: 2,
        prefix: "at-sluice-Cd34",
        previous: { prefix: "at-sluice-Ab12", expiresAt: "2026-11-02T10:00:00.000Z" },
      },
      secret: "at-sluice-Cd34...",
    },
  },
  "accessTokens.revoke": {
    input: { id: 3 },
    output: { ...accessToken, version: 2, state: "revoked", revokedAt: "2026-11-03T08:00:00.000Z" },
  },
};
