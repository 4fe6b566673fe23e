import { NOW, versioned, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { RateItem, SubjectRates } from "./schema";

const rule: SubjectRates["rules"][number] = {
  ...{ metric: "rpm", target: "all", burst: null },
  value: { state: "limit", amount: 60 },
};
const rates: SubjectRates = {
  ...{ kind: "user", id: 12, userGroupId: null, subjectName: "ada", version: "19.1", managedBy: null },
  rules: [rule],
};
const item: RateItem = {
  ...versioned(19),
  ...rule,
  ...{ kind: "user", userId: 12, userGroupId: null, keyId: null },
  ...{ userName: "ada", userGroupName: null, keyName: null, modelGroupName: null },
};

/** Examples of the operations on rates. */
export const RATE_EXAMPLES: ExamplesOf<
  | ("rates.list" | "rates.get" | "rates.put" | "rates.rpmStatus")
  | ("rates.clearUserOverrides" | "rates.clearGroupOverrides")
> = {
  "rates.list": { input: { kind: "user", userId: 12 }, output: wholeList(item) },
  "rates.get": { input: { kind: "user", id: 12 }, output: rates },
  "rates.put": {
    input: {
      ...{ kind: "user", id: 12, version: "0" },
      rules: [{ metric: "rpm", target: "all", value: { state: "limit", amount: 60 } }],
    },
    output: rates,
  },
  "rates.rpmStatus": {
    input: { id: 12 },
    output: {
      ...{ available: true, asOf: NOW, user: { used: 3, limit: 60 } },
      groups: [{ groupId: 4, groupName: "research", used: 3, limit: 120, source: "group" }],
      effective: { limit: 60, remaining: 57, source: "user", groupId: null, retryAfterSeconds: 0 },
      targets: [],
    },
  },
  "rates.clearUserOverrides": { input: { id: 12 }, output: { cleared: 1, configVersion: 118 } },
  "rates.clearGroupOverrides": { input: { id: 4 }, output: { cleared: 3, configVersion: 119 } },
};
