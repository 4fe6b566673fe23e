import { versioned, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { User } from "./schema";

const user: User = {
  ...versioned(12),
  ...{ name: "ada", email: "ada@example.com", role: "user", enabled: true, locale: "en", timeZone: "Europe/Berlin" },
  ...{ ipAllow: [], ipDeny: [], maxConcurrent: 8, hasAccount: true },
};

/** Examples of the operations on users. */
export const USER_EXAMPLES: ExamplesOf<
  ("users.list" | "users.get" | "users.create") | ("users.update" | "users.delete" | "users.setPassword")
> = {
  "users.list": { input: { q: "ada", enabled: true }, output: wholeList(user) },
  "users.get": { input: { id: 12 }, output: user },
  "users.create": {
    input: {
      ...{ name: "ada", email: "ada@example.com", locale: "en", timeZone: "Europe/Berlin", maxConcurrent: 8 },
      password: "an example, not a password",
    },
    output: user,
  },
  "users.update": {
    input: { id: 12, version: 1, enabled: false },
    output: { ...user, version: 2, enabled: false },
  },
  "users.delete": { input: { id: 12 }, output: { id: 12 } },
  "users.setPassword": { input: { id: 12, password: "another example of one" }, output: user },
};
