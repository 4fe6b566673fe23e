import type { ExamplesOf } from "../operation-example";

/** Examples of the operations on the provisioning file. */
export const PROVISIONING_EXAMPLES: ExamplesOf<"provisioning.export" | "provisioning.apply"> = {
  "provisioning.export": {
    input: { references: true },
    output: { document: "settings:\n  timeZone: Asia/Shanghai\nuserGroups:\n  - name: team-a\n", configVersion: 42 },
  },
  "provisioning.apply": {
    input: {
      document:
        "userGroups: [{ name: team-a }]\nusers: [{ name: alice, email: alice@example.com, groups: [team-a] }]\n",
      secrets: {},
      dryRun: true,
    },
    output: {
      ...{ applied: false, created: ["user group team-a", "user alice"], changed: [], removed: [] },
      ...{ overwrote: [], incomplete: [], configVersion: 42 },
    },
  },
};
