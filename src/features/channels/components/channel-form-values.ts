import { formSchema } from "@/components/form-schema";
import type { LimiterMode, Overflow } from "@/core/vocabulary";
import type { Channel } from "@/operations/channels/channel";
import { CreateChannelInput, TestChannelDraftInput, UpdateChannelInput } from "@/operations/channels/schema";
import {
  type AdvancedValues,
  advancedOf,
  advancedValuesOf,
  DEFAULT_ADVANCED,
  faultsOfAdvanced,
  placeOfFault,
} from "./advanced-values";

/** One row of the model editor; `upstream` empty: the same name. */
export type ModelRow = { name: string; upstream: string };

/** One row of the credentials; `id` null: a new one; `value` empty: the one that `id` has. */
type CredentialRow = { id: number | null; value: string; enabled: boolean };

/** A credential that is about to be given. */
export const NEW_CREDENTIAL: CredentialRow = { id: null, value: "", enabled: true };

/** The limiter in the form; what a mode has no use for keeps its text and is not sent. */
export type LimiterValues = {
  mode: LimiterMode;
  capacity: string;
  queueSize: string;
  queueTimeoutMs: string;
  maxWaitingPerKey: string;
};

type BreakerValues = { enabled: boolean; failures: string; ratioPct: string; minAttempts: string; openMs: string };

/** What the form of a channel holds; numbers are text until they are judged. */
export type ChannelFormValues = AdvancedValues & {
  name: string;
  protocols: string[];
  baseUrl: string;
  credentials: CredentialRow[];
  models: ModelRow[];
  priority: string;
  weight: string;
  costMultiplier: string;
  timeouts: { connectMs: string; firstByteMs: string; idleMs: string };
  limiter: LimiterValues;
  /** `default`: as in the settings. */
  overflow: Overflow | "default";
  rpm: string;
  tpm: string;
  breaker: BreakerValues;
  /** Ids; empty: everyone. */
  userGroups: number[];
  enabled: boolean;
};

/** The values of a new channel. */
export const EMPTY_CHANNEL: ChannelFormValues = {
  name: "openai",
  protocols: ["openai-chat", "openai-responses"],
  baseUrl: "https://api.openai.com",
  credentials: [NEW_CREDENTIAL],
  models: [],
  priority: "0",
  weight: "1",
  costMultiplier: "1",
  timeouts: { connectMs: "10000", firstByteMs: "300000", idleMs: "120000" },
  limiter: { mode: "off", capacity: "", queueSize: "", queueTimeoutMs: "", maxWaitingPerKey: "" },
  ...{ overflow: "default", rpm: "", tpm: "", ...DEFAULT_ADVANCED },
  breaker: { enabled: true, failures: "5", ratioPct: "50", minAttempts: "10", openMs: "30000" },
  userGroups: [],
  enabled: true,
};

function credentialRows(stored: Channel["credentials"]): CredentialRow[] {
  return stored.length === 0 ? [NEW_CREDENTIAL] : stored.map(({ id, enabled }) => ({ id, enabled, value: "" }));
}

/** A saved channel as the form shows it; its credentials never come back. */
export function valuesOf(channel: Channel): ChannelFormValues {
  const { name, protocols, baseUrl, costMultiplier, enabled, timeouts, breaker } = channel;
  return {
    ...{ name, protocols, baseUrl, costMultiplier, enabled, ...advancedValuesOf(channel) },
    credentials: credentialRows(channel.credentials),
    models: channel.models.map((model) => ({
      name: model.name,
      upstream: model.upstream === model.name ? "" : model.upstream,
    })),
    priority: String(channel.priority),
    weight: String(channel.weight),
    timeouts: {
      connectMs: String(timeouts.connectMs),
      firstByteMs: String(timeouts.firstByteMs),
      idleMs: String(timeouts.idleMs),
    },
    limiter: {
      mode: channel.limiter.mode,
      capacity: textOf(channel.limiter.capacity),
      queueSize: textOf(channel.limiter.queueSize),
      queueTimeoutMs: textOf(channel.limiter.queueTimeoutMs),
      maxWaitingPerKey: textOf(channel.limiter.maxWaitingPerKey),
    },
    overflow: channel.overflow ?? "default",
    rpm: textOf(channel.rpm),
    tpm: textOf(channel.tpm),
    breaker: {
      enabled: breaker.enabled,
      failures: String(breaker.failures),
      ratioPct: String(breaker.ratioPct),
      minAttempts: String(breaker.minAttempts),
      openMs: String(breaker.openMs),
    },
    userGroups: [...channel.userGroups],
  };
}

const textOf = (value: number | null) => (value === null ? "" : String(value));

/** Text as a number; no text is no number, never zero. */
const numberOf = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));

/** Text as a number that may be left open. */
const optionalOf = (text: string) => (text.trim() === "" ? null : Number(text));

/** The form's limiter as the operation takes it: the numbers of its mode. */
export function limiterOf({ mode, ...texts }: LimiterValues) {
  const capacity = optionalOf(texts.capacity);
  if (mode === "off") return { mode };
  if (mode !== "queue") return { mode, capacity };
  return {
    ...{ mode, capacity },
    queueSize: optionalOf(texts.queueSize),
    queueTimeoutMs: optionalOf(texts.queueTimeoutMs),
    maxWaitingPerKey: optionalOf(texts.maxWaitingPerKey),
  };
}

function inputOf(values: ChannelFormValues) {
  const { connectMs, firstByteMs, idleMs } = values.timeouts;
  return {
    name: values.name,
    protocols: values.protocols,
    baseUrl: values.baseUrl,
    models: values.models.map(({ name, upstream }) => ({
      name: name.trim(),
      upstream: upstream.trim() === "" ? null : upstream.trim(),
    })),
    priority: numberOf(values.priority),
    weight: numberOf(values.weight),
    costMultiplier: values.costMultiplier.trim(),
    timeouts: { connectMs: numberOf(connectMs), firstByteMs: numberOf(firstByteMs), idleMs: numberOf(idleMs) },
    limiter: limiterOf(values.limiter),
    overflow: values.overflow === "default" ? null : values.overflow,
    rpm: optionalOf(values.rpm),
    tpm: optionalOf(values.tpm),
    breaker: {
      enabled: values.breaker.enabled,
      failures: numberOf(values.breaker.failures),
      ratioPct: numberOf(values.breaker.ratioPct),
      minAttempts: numberOf(values.breaker.minAttempts),
      openMs: numberOf(values.breaker.openMs),
    },
    userGroups: values.userGroups,
    enabled: values.enabled,
    ...advancedOf(values),
  };
}

/** Faults that the form has a place of its own for, or that its schema cannot see. */
const FORM_FAULTS = { placeOf: placeOfFault, faultsOf: faultsOfAdvanced };

/** The list as operations take it; undefined: there is none, and none is given. */
function credentialsOf({ credentials }: ChannelFormValues) {
  const [first] = credentials;
  if (credentials.length === 1 && first?.id === null && first.value.trim() === "") return undefined;
  return credentials.map(({ id, value, enabled }) => ({
    ...{ id, enabled },
    value: id !== null && value.trim() === "" ? null : value,
  }));
}

/** The form's values as input of `channels.create`. */
export const newChannelSchema = formSchema(
  CreateChannelInput,
  (values: ChannelFormValues) => ({ ...inputOf(values), credentials: values.credentials }),
  FORM_FAULTS,
);

/** The form's values as input of `channels.update` for this version; an empty credential stays what it is. */
export const savedChannelSchema = ({ id, version }: Pick<Channel, "id" | "version">) =>
  formSchema(
    UpdateChannelInput,
    (values: ChannelFormValues) => ({ ...inputOf(values), ...{ id, version, credentials: credentialsOf(values) } }),
    FORM_FAULTS,
  );

/** The row whose credential a test goes by: the first in use. */
export function testedCredential({ credentials }: Pick<ChannelFormValues, "credentials">): number {
  return Math.max(
    0,
    credentials.findIndex(({ enabled }) => enabled),
  );
}

/** The form's values as input of `channels.testDraft`; a saved channel lends its credential. */
export const draftSchema = (channelId: number | null) =>
  formSchema(
    TestChannelDraftInput,
    (values: ChannelFormValues) => {
      const { protocols, provider, baseUrl, timeouts, headers } = inputOf(values);
      const given = values.credentials[testedCredential(values)]?.value.trim();
      const credential = given === "" ? undefined : given;
      return { channelId, protocols, provider, baseUrl, timeouts, headers, credential };
    },
    { placeOf: placeOfFault },
  );

/** Reads pasted models: one per line, `name` or `name = upstream`. Names that are known are left out. */
export function parseModels(text: string, known: readonly ModelRow[]): readonly ModelRow[] {
  const names = new Set(known.map(({ name }) => name));
  return text
    .split("\n")
    .map((line) => line.split("=", 2).map((part) => part.trim()))
    .map(([name = "", upstream = ""]) => ({ name, upstream: upstream === name ? "" : upstream }))
    .filter(({ name }) => name !== "" && !names.has(name) && names.add(name));
}
