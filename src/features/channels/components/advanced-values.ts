import type { FormFault } from "@/components/form-schema";
import type { OnDisconnect, OperationName, ProtocolId, USAGE_IN_STREAM } from "@/core/vocabulary";
import type { Channel } from "@/operations/channels/channel";
import { CHANNEL_CHOICES } from "@/operations/channels/schema";

/** The choice of no provider; no id looks like it. */
export const BY_ADDRESS = "-";

/** What the advanced part of the form holds. */
export type AdvancedValues = {
  /** An id, or `BY_ADDRESS`. */
  provider: string;
  /** null: all of the chosen protocols. */
  operations: string[] | null;
  headers: { set: { name: string; value: string }[]; remove: { name: string }[] };
  usageInStream: (typeof USAGE_IN_STREAM)[number];
  inputIncludesCache: boolean;
  /** `default`: the vendor's. */
  onDisconnect: OnDisconnect | "default";
};

/** The values of a new channel. */
export const DEFAULT_ADVANCED: AdvancedValues = {
  provider: BY_ADDRESS,
  operations: null,
  headers: { set: [], remove: [] },
  usageInStream: "auto",
  inputIncludesCache: false,
  onDisconnect: "default",
};

/** Names of the advanced fields. */
export const ADVANCED_NAMES = Object.keys(DEFAULT_ADVANCED) as readonly (keyof AdvancedValues)[];

/** The advanced values of a saved channel. */
export function advancedValuesOf(channel: Pick<Channel, keyof AdvancedValues>): AdvancedValues {
  const { set, remove } = channel.headers;
  return {
    provider: channel.provider ?? BY_ADDRESS,
    operations: channel.operations === null ? null : [...channel.operations],
    headers: {
      set: Object.entries(set).map(([name, value]) => ({ name, value })),
      remove: remove.map((name) => ({ name })),
    },
    usageInStream: channel.usageInStream,
    inputIncludesCache: channel.inputIncludesCache,
    onDisconnect: channel.onDisconnect ?? "default",
  };
}

/** The advanced values as operations take them. */
export function advancedOf(values: AdvancedValues) {
  const { set, remove } = values.headers;
  return {
    provider: values.provider === BY_ADDRESS ? null : values.provider,
    operations: values.operations,
    headers: {
      set: Object.fromEntries(set.map(({ name, value }) => [name.trim(), value])),
      remove: remove.map(({ name }) => name),
    },
    usageInStream: values.usageInStream,
    inputIncludesCache: values.inputIncludesCache,
    onDisconnect: values.onDisconnect === "default" ? null : values.onDisconnect,
  };
}

/** True when something is not as it is by default. */
export function isAdvanced(values: AdvancedValues): boolean {
  const { set, remove } = values.headers;
  const isPlain = ADVANCED_NAMES.every((name) => name === "headers" || values[name] === DEFAULT_ADVANCED[name]);
  return !isPlain || set.length > 0 || remove.length > 0;
}

/** The operations that the protocols have, in the order in which they are shown. */
export function operationsOf(protocols: readonly string[]): readonly OperationName[] {
  const names = protocols.flatMap((protocol) => CHANNEL_CHOICES.operations[protocol as ProtocolId] ?? []);
  return [...new Set(names)];
}

const headerOf = (name: string) => name.trim().toLowerCase();

/** What no schema sees: an operation that no chosen protocol has, a header that is set twice. */
export function faultsOfAdvanced(values: AdvancedValues & { protocols: readonly string[] }): readonly FormFault[] {
  const applicable: ReadonlySet<string> = new Set(operationsOf(values.protocols));
  const known: ReadonlySet<string> = new Set(Object.values(CHANNEL_CHOICES.operations).flat());
  const operations = (values.operations ?? []).flatMap((name, index) =>
    applicable.has(name) || !known.has(name)
      ? []
      : [{ path: ["operations", index], message: "operation_not_applicable" }],
  );
  const names = values.headers.set.map(({ name }) => headerOf(name));
  const twice = names.flatMap((name, index) =>
    name === "" || names.indexOf(name) === index
      ? []
      : [{ path: ["headers", "set", index, "name"], message: "duplicate" }],
  );
  return [...operations, ...twice];
}

/** Where the form has what operations name: a header is a row, by its name or its value. */
export function placeOfFault({ path, message }: FormFault, { headers }: AdvancedValues): readonly PropertyKey[] {
  const [field, list, entry] = path;
  if (field !== "headers" || entry === undefined) return path;
  if (list === "remove") return [...path, "name"];
  const row = headers.set.findLastIndex(({ name }) => headerOf(name) === headerOf(String(entry)));
  if (row < 0) return [field, "set"];
  return [field, "set", row, message === "header_name_invalid" ? "name" : "value"];
}

/** The same for what the server told, whose paths are text. */
export function placeOfProblem({ path, code }: { path: string; code: string }, values: AdvancedValues): string {
  const [, list, entry] = /^headers\.(set)\.(.*)$/s.exec(path) ?? /^headers\.(remove)\[(\d+)\]$/.exec(path) ?? [];
  if (list === undefined || entry === undefined) return path;
  return placeOfFault({ path: ["headers", list, entry], message: code }, values).join(".");
}
