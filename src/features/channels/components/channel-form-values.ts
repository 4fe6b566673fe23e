import { formSchema } from "@/components/form-schema";
import type { Channel } from "@/operations/channels/channel";
import { CreateChannelInput, TestChannelDraftInput, UpdateChannelInput } from "@/operations/channels/schema";

/** One row of the model editor; `upstream` empty: the same name. */
export type ModelRow = { name: string; upstream: string };

/** What the form of a channel holds; numbers are text until they are judged. */
export type ChannelFormValues = {
  name: string;
  protocols: string[];
  baseUrl: string;
  credential: string;
  models: ModelRow[];
  priority: string;
  weight: string;
  costMultiplier: string;
  timeouts: { connectMs: string; firstByteMs: string; idleMs: string };
  enabled: boolean;
};

/** The values of a new channel. */
export const EMPTY_CHANNEL: ChannelFormValues = {
  name: "openai",
  protocols: ["openai-chat"],
  baseUrl: "https://api.openai.com",
  credential: "",
  models: [],
  priority: "0",
  weight: "1",
  costMultiplier: "1",
  timeouts: { connectMs: "10000", firstByteMs: "300000", idleMs: "120000" },
  enabled: true,
};

/** A saved channel as the form shows it; its credential never comes back. */
export function valuesOf(channel: Channel): ChannelFormValues {
  const { name, protocols, baseUrl, costMultiplier, enabled, timeouts } = channel;
  return {
    ...{ name, protocols, baseUrl, costMultiplier, enabled },
    credential: "",
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
  };
}

/** Text as a number; no text is no number, never zero. */
const numberOf = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));

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
    enabled: values.enabled,
  };
}

const credentialOf = ({ credential }: ChannelFormValues) => (credential.trim() === "" ? undefined : credential);

/** The form's values as input of `channels.create`. */
export const newChannelSchema = formSchema(CreateChannelInput, (values: ChannelFormValues) => ({
  ...inputOf(values),
  credential: values.credential,
}));

/** The form's values as input of `channels.update` for this version; an empty credential keeps the present one. */
export const savedChannelSchema = ({ id, version }: Pick<Channel, "id" | "version">) =>
  formSchema(UpdateChannelInput, (values: ChannelFormValues) => ({
    ...inputOf(values),
    ...{ id, version, credential: credentialOf(values) },
  }));

/** The form's values as input of `channels.testDraft`; a saved channel lends its credential. */
export const draftSchema = (channelId: number | null) =>
  formSchema(TestChannelDraftInput, (values: ChannelFormValues) => {
    const { protocols, baseUrl, timeouts } = inputOf(values);
    return { channelId, protocols, baseUrl, timeouts, credential: credentialOf(values) };
  });

/** Reads pasted models: one per line, `name` or `name = upstream`. Names that are known are left out. */
export function parseModels(text: string, known: readonly ModelRow[]): readonly ModelRow[] {
  const names = new Set(known.map(({ name }) => name));
  return text
    .split("\n")
    .map((line) => line.split("=", 2).map((part) => part.trim()))
    .map(([name = "", upstream = ""]) => ({ name, upstream: upstream === name ? "" : upstream }))
    .filter(({ name }) => name !== "" && !names.has(name) && names.add(name));
}
