import { expect, test } from "vitest";
import { DEFAULT_BREAKER } from "@/core/channels/breaker";
import { NO_LIMITER } from "@/core/channels/limiter";
import { GrantBoostInput } from "./boosts/schema";
import { CreateChannelInput, UpdateChannelInput } from "./channels/schema";
import { FIELD_ERROR_CODES } from "./field-error-codes";
import { CreateKeyInput } from "./keys/schema";
import { OverridePriceInput } from "./prices/schema";
import { ListRequestsInput } from "./requests/schema";
import { SetupAdminInput } from "./setup/schema";
import { CreateUserInput, UpdateUserInput } from "./users/schema";

const channel = {
  name: " openai ",
  protocols: ["openai-chat"],
  baseUrl: "https://api.openai.com/v1/",
  credential: "sk-up",
  models: ["gpt-4o", { name: "fast", upstream: "gpt-4o-mini" }],
};

test("a new channel takes the defaults of its absent fields", () => {
  expect(CreateChannelInput.parse(channel)).toEqual({
    name: "openai",
    protocols: ["openai-chat"],
    operations: null,
    provider: null,
    baseUrl: "https://api.openai.com",
    credential: "sk-up",
    models: [
      { name: "gpt-4o", upstream: "gpt-4o" },
      { name: "fast", upstream: "gpt-4o-mini" },
    ],
    priority: 0,
    weight: 1,
    costMultiplier: "1",
    timeouts: { connectMs: 10_000, firstByteMs: 300_000, idleMs: 120_000 },
    headers: { set: {}, remove: [] },
    usageInStream: "auto",
    inputIncludesCache: false,
    onDisconnect: null,
    ...{ limiter: NO_LIMITER, overflow: null, breaker: DEFAULT_BREAKER, rpm: null, tpm: null, userGroups: [] },
    enabled: true,
  });
});

test("a limiter of null is off, in a patch too, and what a mode has no use for may be left out or null", () => {
  expect(CreateChannelInput.parse({ ...channel, limiter: null }).limiter).toEqual(NO_LIMITER);
  expect(UpdateChannelInput.parse({ id: 1, version: 2, limiter: null }).limiter).toEqual(NO_LIMITER);
  const observe = { ...NO_LIMITER, mode: "observe", capacity: 4 };
  expect(CreateChannelInput.parse({ ...channel, limiter: { mode: "observe", capacity: 4 } }).limiter).toEqual(observe);
  expect(CreateChannelInput.parse({ ...channel, limiter: observe }).limiter).toEqual(observe);
});

test("null gives a new channel the default too", () => {
  const parsed = CreateChannelInput.parse({ ...channel, weight: null, timeouts: { idleMs: 5000 }, headers: null });
  expect(parsed).toMatchObject({
    weight: 1,
    timeouts: { connectMs: 10_000, firstByteMs: 300_000, idleMs: 5000 },
    headers: { set: {}, remove: [] },
  });
});

test("a patch holds what was named and no defaults", () => {
  expect(UpdateChannelInput.parse({ id: 1, version: 2, weight: 3 })).toEqual({ id: 1, version: 2, weight: 3 });
  expect(UpdateUserInput.parse({ id: 1, version: 2 })).toEqual({ id: 1, version: 2 });
});

test.each<[string, { safeParse(input: unknown): unknown }, unknown, string, string]>([
  ["a missing name", CreateChannelInput, { ...channel, name: undefined }, "name", "name_required"],
  ["an empty name", CreateChannelInput, { ...channel, name: "  " }, "name", "name_required"],
  ["a long name", CreateChannelInput, { ...channel, name: "x".repeat(81) }, "name", "name_too_long"],
  ["no protocols", CreateChannelInput, { ...channel, protocols: [] }, "protocols", "protocols_required"],
  ["a foreign protocol", CreateChannelInput, { ...channel, protocols: ["soap"] }, "protocols.0", "protocol_unknown"],
  ["an ftp address", CreateChannelInput, { ...channel, baseUrl: "ftp://x/" }, "baseUrl", "base_url_invalid"],
  ["user info", CreateChannelInput, { ...channel, baseUrl: "https://a:b@x/" }, "baseUrl", "base_url_invalid"],
  ["a query", CreateChannelInput, { ...channel, baseUrl: "https://x/?" }, "baseUrl", "base_url_invalid"],
  ["no credential", CreateChannelInput, { ...channel, credential: undefined }, "credential", "credential_required"],
  ["a model twice", CreateChannelInput, { ...channel, models: ["a", "a"] }, "models", "model_duplicate"],
  ["a model with a space", CreateChannelInput, { ...channel, models: ["a b"] }, "models.0", "model_name_invalid"],
  ["a fraction", CreateChannelInput, { ...channel, priority: 1.5 }, "priority", "not_an_integer"],
  ["a priority too high", CreateChannelInput, { ...channel, priority: 1001 }, "priority", "priority_out_of_range"],
  [
    "a multiplier as number",
    CreateChannelInput,
    { ...channel, costMultiplier: 2 },
    "costMultiplier",
    "multiplier_invalid",
  ],
  [
    "a multiplier of 101",
    CreateChannelInput,
    { ...channel, costMultiplier: "101" },
    "costMultiplier",
    "multiplier_invalid",
  ],
  ["a field nobody knows", CreateChannelInput, { ...channel, owner: 1 }, "", "unknown_field"],
  [
    "a short time-out",
    CreateChannelInput,
    { ...channel, timeouts: { idleMs: 1 } },
    "timeouts.idleMs",
    "timeout_out_of_range",
  ],
  [
    "a credential as header",
    CreateChannelInput,
    { ...channel, headers: { set: { Authorization: "x" } } },
    "headers.set.Authorization",
    "header_name_invalid",
  ],
  [
    "a date without zone",
    CreateKeyInput,
    { userId: 1, name: "k", expiresAt: "2026-01-01" },
    "expiresAt",
    "date_invalid",
  ],
  ["a year before all years", ListRequestsInput, { from: "0000-01-01T00:00:00Z" }, "from", "date_invalid"],
  ["a year after all years", GrantBoostInput, { to: "9999-12-31T23:59:59-14:00" }, "to", "date_invalid"],
  ["a local time of no calendar", GrantBoostInput, { from: "2026-02-30T00:00" }, "from", "date_invalid"],
  ["an amount of a unit nobody knows", GrantBoostInput, { unit: "eur", amount: "0" }, "amount", "limit_zero_use_block"],
  ["a user as text", CreateKeyInput, { userId: "1", name: "k" }, "userId", "not_an_integer"],
  ["a password without e-mail", CreateUserInput, { name: "u", password: "x".repeat(12) }, "email", "email_required"],
  ["a short password", CreateUserInput, { name: "u", email: "a@b.co", password: "x" }, "password", "too_short"],
  ["a wrong e-mail", CreateUserInput, { name: "u", email: "ab" }, "email", "email_invalid"],
  ["a role of one's own", CreateUserInput, { name: "u", role: "root" }, "role", "not_a_choice"],
  ["a page of 201", ListRequestsInput, { limit: 201 }, "limit", "out_of_range"],
  ["an amount as number", OverridePriceInput, { model: "m", input: 2 }, "input", "amount_invalid"],
  ["a zone of nowhere", SetupAdminInput, { timeZone: "Mars/Base" }, "timeZone", "zone_unknown"],
  ["a locale of nowhere", SetupAdminInput, { locale: "tlh" }, "locale", "not_a_choice"],
])("%s is told by its code", (...[, schema, input, path, code]) => {
  const result = schema.safeParse(input) as { error?: { issues: { path: unknown[]; message: string }[] } };
  const found = (result.error?.issues ?? []).map((issue) => [issue.path.join("."), issue.message]);
  expect(found).toContainEqual([path, code]);
  for (const [, message] of found) expect(FIELD_ERROR_CODES).toContain(message);
});

test("addresses are kept in canonical form, each once", () => {
  const ipAllow = ["203.0.113.9/24", " 203.0.113.0/24", "::ffff:10.1.2.3", "2001:DB8::1"];
  expect(UpdateUserInput.parse({ id: 1, version: 2, ipAllow })).toMatchObject({
    ipAllow: ["203.0.113.0/24", "10.1.2.3/32", "2001:db8::1/128"],
  });
  const key = CreateKeyInput.parse({ userId: 1, name: "laptop", ipDeny: null });
  expect(key).toMatchObject({ ipAllow: [], ipDeny: [] });
});

test("a wrong address is named by its place, and a list has at most 100", () => {
  const entry = (index: number) => `10.0.0.${index}`;
  const hundred = Array.from({ length: 100 }, (_, index) => entry(index));
  const faultsOf = (ipDeny: unknown) =>
    CreateKeyInput.safeParse({ userId: 1, name: "laptop", ipDeny }).error?.issues.map(({ path, message }) => [
      path.join("."),
      message,
    ]);
  expect(faultsOf(hundred)).toBeUndefined();
  expect(faultsOf([...hundred, entry(100)])).toEqual([["ipDeny", "too_long"]]);
  expect(faultsOf(["10.0.0.1", "10.0.0.300", "::1", 7])).toEqual([
    ["ipDeny.1", "ip_list_invalid_entry"],
    ["ipDeny.3", "ip_list_invalid_entry"],
  ]);
});
