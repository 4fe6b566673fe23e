import { expect, test } from "vitest";
import type { Channel } from "@/operations/channels/channel";
import { EMPTY_CHANNEL, newChannelSchema, parseModels, savedChannelSchema, valuesOf } from "./channel-form-values";

const filled = { ...EMPTY_CHANNEL, credential: "sk-1", models: [{ name: "fast", upstream: "" }] };
const codesOf = (values: typeof filled) =>
  Object.fromEntries(
    (newChannelSchema.safeParse(values).error?.issues ?? [])
      .map(({ path, message }) => [path.join("."), message] as const)
      .toReversed(), // a field shows the first of its codes
  );

test("the values of a new channel become the input of the operation", () => {
  expect(newChannelSchema.parse(filled)).toMatchObject({
    baseUrl: "https://api.openai.com",
    models: [{ name: "fast", upstream: "fast" }],
    priority: 0,
    timeouts: { connectMs: 10_000 },
  });
});

test("an empty number is refused at its field and is not taken for zero", () => {
  expect(codesOf({ ...filled, priority: "", timeouts: { ...filled.timeouts, idleMs: " " } })).toEqual({
    priority: "not_an_integer",
    "timeouts.idleMs": "not_an_integer",
  });
});

test("a channel needs a credential, a model and an http address", () => {
  expect(codesOf({ ...filled, credential: "", models: [], baseUrl: "ftp://x" })).toEqual({
    credential: "credential_required",
    models: "models_required",
    baseUrl: "base_url_invalid",
  });
});

test("an empty credential keeps the one that a saved channel has", () => {
  const values = valuesOf({
    ...{ name: "a", protocols: ["openai-chat"], baseUrl: "https://a.example", costMultiplier: "1", enabled: true },
    ...{ priority: 0, weight: 1, timeouts: { connectMs: 1000, firstByteMs: 1000, idleMs: 1000 } },
    models: [{ name: "m", upstream: "n" }],
  } as Channel);
  expect(savedChannelSchema({ id: 7, version: 3 }).parse(values)).not.toHaveProperty("credential", expect.anything());
  expect(values.models).toEqual([{ name: "m", upstream: "n" }]);
});

test("pasted models are read by line, with mapping, without repeats", () => {
  const known = [{ name: "a", upstream: "" }];
  expect(parseModels("a\n b = bb \n\nb\nc=c\n", known)).toEqual([
    { name: "b", upstream: "bb" },
    { name: "c", upstream: "" },
  ]);
});
