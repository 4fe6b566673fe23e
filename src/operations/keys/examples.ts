import { versioned, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { Key } from "./schema";

const key: Key = {
  ...versioned(31),
  userId: 12,
  userName: "ada",
  name: "laptop",
  prefix: "sk-sluice-Ab12",
  lastFour: "x7Qk",
  enabled: true,
  state: "active",
  expiresAt: "2027-01-01T00:00:00.000Z",
  models: ["gpt-4o", "fast"],
  ipAllow: ["203.0.113.0/24"],
  ipDeny: [],
  maxConcurrent: 4,
  lastUsedAt: "2026-11-21T14:02:11.000Z",
  previous: null,
};
const secret = "sk-sluice-Ab12ThisIsAnExampleAndOpensNothing0000x7Qk";
const unused: Key = { ...key, lastUsedAt: null };
const rotated: Key = {
  ...{ ...key, version: 2, prefix: "sk-sluice-Cd34", lastFour: "m2Rt" },
  previous: { prefix: key.prefix, lastFour: key.lastFour, expiresAt: "2026-11-21T15:03:00.000Z" },
};
const newSecret = "sk-sluice-Cd34ThisIsAnExampleAndOpensNothing0000m2Rt";
const own: Key = { ...key, ipAllow: [], maxConcurrent: null };

/** Examples of the operations on keys. */
export const KEY_EXAMPLES: ExamplesOf<
  | ("keys.list" | "keys.get" | "keys.create" | "keys.rotate" | "keys.update" | "keys.delete")
  | ("me.keys.list" | "me.keys.get" | "me.keys.create" | "me.keys.rotate" | "me.keys.update")
> = {
  "keys.list": { input: { userId: 12, enabled: true }, output: wholeList(key) },
  "keys.get": { input: { id: 31 }, output: key },
  "keys.create": {
    input: {
      userId: 12,
      name: "laptop",
      expiresAt: "2027-01-01T00:00:00Z",
      models: ["gpt-4o", "fast"],
      ipAllow: ["203.0.113.0/24"],
      maxConcurrent: 4,
    },
    output: { key: unused, secret },
  },
  "keys.rotate": { input: { id: 31, overlapMinutes: 60 }, output: { key: rotated, secret: newSecret } },
  "keys.update": {
    input: { id: 31, version: 1, enabled: false },
    output: { ...key, version: 2, enabled: false, state: "disabled" },
  },
  "keys.delete": { input: { id: 31 }, output: { id: 31 } },
  "me.keys.list": { input: {}, output: wholeList(own) },
  "me.keys.get": { input: { id: 31 }, output: own },
  "me.keys.create": {
    input: { name: "laptop", expiresAt: "2027-01-01T00:00:00Z", models: ["gpt-4o", "fast"] },
    output: { key: { ...own, lastUsedAt: null }, secret },
  },
  "me.keys.rotate": {
    input: { id: 31, overlapMinutes: 60 },
    output: { key: { ...rotated, ipAllow: [], maxConcurrent: null }, secret: newSecret },
  },
  "me.keys.update": {
    input: { id: 31, version: 1, name: "old laptop" },
    output: { ...own, version: 2, name: "old laptop" },
  },
};
