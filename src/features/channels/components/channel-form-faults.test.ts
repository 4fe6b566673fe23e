import {
  CHANNEL_FAULTS,
  CHANNEL_NUMBERS,
  type Fields,
  faultsOfNumber,
  SOUND_CHANNEL,
  TWO_FAULTS,
  triedNumbers,
} from "@test/channel-faults";
import { describe, expect, test } from "vitest";
import { type ChannelFormValues, EMPTY_CHANNEL, newChannelSchema, savedChannelSchema } from "./channel-form-values";

// The form refuses what REST and the file refuse, with the same codes at the same fields (channels-and-rates.md 1.1, test 22).

/** What the form has no field for, and what its fields cannot say: a mode is always chosen, numbers that it has no use for are not sent. */
const NOT_IN_FORM = new Set([
  ...["operations_empty", "operation_unknown", "operation_not_applicable", "provider_unknown", "base_url_forbidden"],
  ...["header_name_invalid", "usage_in_stream_unknown", "on_disconnect_unknown"],
  ...["limiter_mode_required", "capacity_not_applicable", "queue_size_not_applicable"],
  ...["queue_timeout_not_applicable", "waiting_share_not_applicable"],
]);

const textOf = (value: unknown) => (value === null || value === undefined ? "" : String(value));
const texts = (given: Fields) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, textOf(value)]));
const GROUPS: ReadonlySet<string> = new Set(["timeouts", "breaker", "limiter"]);
const NUMBERS: ReadonlySet<string> = new Set(["priority", "weight", "rpm", "tpm"]);

type Credential = { readonly value?: string };
type Model = string | { readonly name: string; readonly upstream?: string };

/** What a person has typed who means this channel. */
function typed(patch: Fields): ChannelFormValues {
  const { credential, credentials, models, ...rest } = { ...SOUND_CHANNEL, ...patch };
  const rows = (credentials as readonly Credential[] | undefined) ?? [{ value: textOf(credential) }];
  const fields = Object.entries(rest).map(([name, value]) => {
    if (NUMBERS.has(name)) return [name, textOf(value)];
    const before = EMPTY_CHANNEL[name as keyof ChannelFormValues];
    return [name, GROUPS.has(name) ? { ...(before as object), ...texts(value as Fields) } : value];
  });
  return {
    ...EMPTY_CHANNEL,
    ...Object.fromEntries(fields),
    credentials: rows.map(({ value }) => ({ id: null, value: textOf(value), enabled: true })),
    models: (models as readonly Model[]).map((model) =>
      typeof model === "string" ? { name: model, upstream: "" } : { name: model.name, upstream: model.upstream ?? "" },
    ),
  };
}

const pathOf = (path: readonly PropertyKey[]) =>
  path.map((part, at) => (typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${String(part)}`)).join("");
const faultsIn = (schema: typeof newChannelSchema | ReturnType<typeof savedChannelSchema>, patch: Fields) =>
  (schema.safeParse(typed(patch)).error?.issues ?? []).map(({ path, message }) => `${pathOf(path)}: ${message}`);

/** Where the form has the field: a single credential is the first of its rows, a row of a model has a name and a mapping. */
const placeOf = (path: string) =>
  path.replace(/^credential$/, "credentials[0].value").replace(/^models\[0\]$/, "models[0].name");

describe.each([
  ["a new channel", newChannelSchema],
  ["a saved one", savedChannelSchema({ id: 7, version: 3 })],
] as const)("the form of %s", (name, schema) => {
  const isAsked = (code: string) =>
    !NOT_IN_FORM.has(code) && !(code === "credential_required" && name === "a saved one");

  test.each(CHANNEL_FAULTS.filter(([code]) => isAsked(code)))("refuses with %s at %s", (code, path, patch) => {
    expect(faultsIn(schema, patch)).toEqual([`${placeOf(path)}: ${code}`]);
  });

  test("tells two faults at two fields", () => {
    expect(faultsIn(schema, TWO_FAULTS.patch).sort()).toEqual(TWO_FAULTS.told);
  });

  test.each(CHANNEL_NUMBERS)("takes $path from $min to $max", (number) => {
    // A field holds text: "5" is a number there, and what is left empty is none where the field may be open.
    for (const value of triedNumbers(number).filter((tried) => tried !== null)) {
      const told = faultsOfNumber(number, Number(value));
      expect([value, faultsIn(schema, number.patch(value))]).toEqual([value, told]);
    }
    const isOpen = ["rpm", "tpm", "limiter.maxWaitingPerKey"].includes(number.path);
    const whenEmpty = isOpen ? [] : [`${number.path}: ${number.whenNull ?? "not_an_integer"}`];
    expect(faultsIn(schema, number.patch(null))).toEqual(whenEmpty);
  });
});

test("a channel without a fault has none", () => {
  expect(faultsIn(newChannelSchema, {})).toEqual([]);
});
