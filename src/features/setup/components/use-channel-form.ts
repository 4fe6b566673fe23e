"use client";

import { useState } from "react";
import { type Problem, toProblem } from "@/components/problem";
import { useProblemText } from "@/components/use-problem-text";
import type { Channel, ChannelTest } from "@/operations/channels/channel";
import { createChannelAction, testChannelDraftAction } from "../actions";
import { PRESET_VALUES, type PresetName } from "./presets";

/** What the channel form holds; `models` one per line. */
export type ChannelValues = { name: string; baseUrl: string; credential: string; models: string };

function start(preset: PresetName): ChannelValues {
  const { vendor, channelName } = PRESET_VALUES[preset];
  return { name: channelName, baseUrl: vendor === null ? "" : `https://${vendor.host}`, credential: "", models: "" };
}

/** The models of a text: one per line or comma, without repeats. */
export function modelsOf(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((name) => name.trim()))].filter((name) => name !== "");
}

/** State of the channel step: values, the last test with the values it was of, errors by field. */
export function useChannelForm(onSaved: (channel: Channel) => void) {
  const problemText = useProblemText();
  const [preset, setPreset] = useState<PresetName>("openai");
  const [values, setValues] = useState(() => start("openai"));
  const [busy, setBusy] = useState<"test" | "save" | null>(null);
  const [test, setTest] = useState<ChannelTest | null>(null);
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<string | null>(null);

  const fail = (error: Problem) => {
    const known = error.fields.map(({ path, code }) => [path.split(/[.[]/)[0] ?? path, code] as const);
    setFields(Object.fromEntries(known));
    setFailure(known.some(([name]) => name in values) ? null : problemText(error));
  };
  const begin = (work: "test" | "save") => {
    setBusy(work);
    setFields({});
    setFailure(null);
  };

  const choose = (next: PresetName) => {
    setPreset(next);
    setValues({ ...start(next), credential: values.credential });
    setTest(null);
    setFields({});
  };
  const change = (patch: Partial<ChannelValues>) => {
    setValues({ ...values, ...patch });
    if (patch.baseUrl !== undefined || patch.credential !== undefined) setTest(null); // the test was of other values
  };
  const draft = () => ({
    protocols: [...PRESET_VALUES[preset].protocols],
    baseUrl: values.baseUrl,
    credential: values.credential,
  });

  const runTest = async () => {
    begin("test");
    const result = await testChannelDraftAction(draft());
    setBusy(null);
    if (!result.ok) return fail(toProblem(result.error));
    setTest(result.data);
    if (result.data.ok && values.models.trim() === "" && result.data.models.length > 0) {
      setValues({ ...values, models: result.data.models.map(({ name }) => name).join("\n") });
    }
  };
  const save = async () => {
    begin("save");
    const result = await createChannelAction({ ...draft(), name: values.name, models: modelsOf(values.models) });
    if (result.ok) return onSaved(result.data);
    setBusy(null);
    fail(toProblem(result.error));
  };
  return { preset, values, busy, test, fields, failure, choose, change, runTest, save };
}
