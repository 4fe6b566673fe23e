import { versioned, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { UserGroup } from "./schema";

const group: UserGroup = { ...versioned(4), name: "research", userCount: 1, costMultiplier: "0.8" };

/** Examples of the operations on user groups. */
export const USER_GROUP_EXAMPLES: ExamplesOf<
  | ("userGroups.list" | "userGroups.get" | "userGroups.create" | "userGroups.update" | "userGroups.delete")
  | ("userGroups.addUsers" | "userGroups.removeUsers")
> = {
  "userGroups.list": { input: { q: "res" }, output: wholeList(group) },
  "userGroups.get": {
    input: { id: 4 },
    output: { ...group, users: [{ id: 12, name: "ada", email: "ada@example.com" }] },
  },
  "userGroups.create": { input: { name: "research", costMultiplier: "0.8", userIds: [12] }, output: group },
  "userGroups.update": {
    input: { id: 4, version: 1, costMultiplier: null },
    output: { ...group, version: 2, costMultiplier: null },
  },
  "userGroups.delete": { input: { id: 4 }, output: { id: 4, limits: 2, boosts: 0, users: 1 } },
  "userGroups.addUsers": { input: { id: 4, userIds: [13] }, output: { ...group, userCount: 2 } },
  "userGroups.removeUsers": { input: { id: 4, userIds: [12] }, output: { ...group, userCount: 0 } },
};
