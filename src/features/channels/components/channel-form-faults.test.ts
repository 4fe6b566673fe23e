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
import { placeOfProblem } from "./advanced-values";
import { type ChannelFormValues, EMPTY_CHANNEL, newChannelSchema, savedChannelSchema } from "./channel-form-values";

// The form refuses what REST and the file refuse, with the same codes at the same fields (channels-and-rates.md 1.1, test 22).

/** What only the server knows, and what the form's fields cannot say: a mode is always chosen, numbers that it has no use for are not sent. */
const NOT_IN_FORM = new Set([
  ...["provider_unknown", "base_url_forbidden"],
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

type Headers = { readonly set?: Readonly<Record<string, string>>; readonly remove?: readonly string[] };

/** What a person has typed who means this channel. */
function typed(patch: Fields): ChannelFormValues {
  const { credential, credentials, models, headers, ...rest } = { ...SOUND_CHANNEL, ...patch };
  const { set = {}, remove = [] } = (headers ?? {}) as Headers;
  const rows = (credentials as readonly Credential[] | undefined) ?? [{ value: textOf(credential) }];
  const fields = Object.entries(rest).map(([name, value]) => {
    if (NUMBERS.has(name)) return [name, textOf(value)];
    const before = EMPTY_CHANNEL[name as keyof ChannelFormValues];
    return [name, GROUPS.has(name) ? { ...(before as object), ...texts(value as Fields) } : value];
  });
  return {
    ...EMPTY_CHANNEL,
    ...Object.fromEntries(fields),
    headers: {
      set: Object.entries(set).map(([name, value]) => ({ name, value })),
      remove: remove.map((name) => ({ name })),
    },
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

/** Where the form has the field: a single credential is the first of its rows, a row of a model has a name and a mapping, one of a header a name and a value. */
const placeOf = (path: string, code: string) =>
  path
    .replace(/^credential$/, "credentials[0].value")
    .replace(/^models\[0\]$/, "models[0].name")
    .replace(/^headers\.remove\[0\]$/, "headers.remove[0].name")
    .replace(/^headers\.set\..*$/, `headers.set[0].${code === "header_value_invalid" ? "value" : "name"}`);

describe.each([
  ["a new channel", newChannelSchema],
  ["a saved one", savedChannelSchema({ id: 7, version: 3 })],
] as const)("the form of %s", (name, schema) => {
  const isAsked = (code: string) =>
    !NOT_IN_FORM.has(code) && !(code === "credential_required" && name === "a saved one");

  test.each(CHANNEL_FAULTS.filter(([code]) => isAsked(code)))("refuses with %s at %s", (code, path, patch) => {
    expect(faultsIn(schema, patch)).toEqual([`${placeOf(path, code)}: ${code}`]);
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

describe("headers", () => {
  const rows = (...set: readonly (readonly [string, string])[]) => ({
    ...typed({}),
    headers: { set: set.map(([name, value]) => ({ name, value })), remove: [] },
  });
  const told = (values: ChannelFormValues) =>
    (newChannelSchema.safeParse(values).error?.issues ?? []).map(({ path, message }) => `${pathOf(path)}: ${message}`);

  test("a fault is told at its own row, however the name is written", () => {
    expect(told(rows(["x-a", "1"], [" X.B ", "é"], ["Cookie", "2"], ["", "3"]))).toEqual([
      "headers.set[1].value: header_value_invalid",
      "headers.set[2].name: header_name_invalid",
      "headers.set[3].name: header_name_invalid",
    ]);
  });

  test("a name that is set twice is told at the second", () => {
    expect(told(rows(["x-a", "1"], ["X-A", "2"]))).toEqual(["headers.set[1].name: duplicate"]);
  });

  test("too many are told at the list", () => {
    const many = Array.from({ length: 33 }, (_, index) => [`x-${index}`, ""] as const);
    expect(told(rows(...many))).toEqual(["headers.set: too_long"]);
    expect(faultsIn(newChannelSchema, { headers: { remove: many.map(([name]) => name) } })).toEqual([
      "headers.remove: too_long",
    ]);
  });
});

test.each([
  ["provider", "provider_unknown", "provider"],
  ["operations[1]", "operation_not_applicable", "operations[1]"],
  ["headers.set.x.b", "header_name_invalid", "headers.set.1.name"],
  ["headers.set.x.b", "header_value_invalid", "headers.set.1.value"],
  ["headers.set.gone", "header_value_invalid", "headers.set"],
  ["headers.set", "too_long", "headers.set"],
  ["headers.remove[2]", "header_name_invalid", "headers.remove.2.name"],
])("what the server tells of %s with %s is shown at %s too", (path, code, place) => {
  expect(placeOfProblem({ path, code }, typed({ headers: { set: { "x-a": "", "X.B": "" } } }))).toBe(place);
});

test("a channel without a fault has none", () => {
  expect(faultsIn(newChannelSchema, {})).toEqual([]);
});
