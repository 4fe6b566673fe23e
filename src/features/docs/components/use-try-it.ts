"use client";

import { useEffect, useRef, useState } from "react";
import { useCredential } from "./credential";
import { fillPath } from "./request-snippet";
import { type Answer, parseJson, type Sender, sendCall } from "./send-call";
import type { TriedOperation } from "./tried-operation";

/** What is wrong with a field, as the last key of its message. */
export type FieldFault = "missing" | "notJson" | "notAnObject";

/** Name of the body and of the token among the fields' faults; no parameter is called so. */
export const BODY = " body";
export const TOKEN = " token";

const inBrowser: Sender = { fetch: (...request) => fetch(...request), now: () => performance.now() };

/** The state of trying an operation: what is typed, what is wrong with it, what came back. */
export function useTryIt(operation: TriedOperation, sender: Sender = inBrowser) {
  const { credential } = useCredential();
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() => startingValues(operation));
  const [body, setBody] = useState(operation.body ?? "");
  const [asStream, setAsStream] = useState(false);
  const [faults, setFaults] = useState<Readonly<Record<string, FieldFault>>>({});
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [isPending, setPending] = useState(false);
  const running = useRef<AbortController | null>(null);
  const stop = () => running.current?.abort();
  useEffect(() => () => running.current?.abort(), []);

  const usesToken = !operation.isOpen && credential.kind === "token";
  const check = (): boolean => {
    const found = faultsOf(operation, { values, body, token: usesToken ? credential.token : null });
    setFaults(found);
    return Object.keys(found).length === 0;
  };
  const send = async () => {
    stop();
    const controller = new AbortController();
    running.current = controller;
    setPending(true);
    setAnswer(null);
    const headers = {
      accept: asStream ? "text/event-stream" : "application/json",
      ...(operation.body === null ? {} : { "content-type": "application/json" }),
      ...(usesToken ? { authorization: `Bearer ${credential.token.trim()}` } : {}),
      ...headerValues(operation, values),
    };
    const call = {
      ...{ method: operation.method, url: fillPath(operation, values), headers },
      body: operation.body === null ? undefined : body,
      ...{ withSignIn: !usesToken, signal: controller.signal },
    };
    try {
      await sendCall(call, sender, setAnswer);
    } catch {
      // stopped by the reader: what came so far stays
    }
    if (running.current === controller) setPending(false);
  };
  const set = (name: string, value: string) => setValues({ ...values, [name]: value });
  return { values, set, body, setBody, asStream, setAsStream, faults, check, send, stop, answer, isPending };
}

function startingValues({ parameters }: TriedOperation): Readonly<Record<string, string>> {
  return Object.fromEntries(parameters.map(({ name, in: place, example }) => [name, place === "path" ? example : ""]));
}

function headerValues({ parameters }: TriedOperation, values: Readonly<Record<string, string>>) {
  const given = parameters.filter(({ name, in: place }) => place === "header" && (values[name] ?? "") !== "");
  return Object.fromEntries(given.map(({ name }) => [name.toLowerCase(), values[name] ?? ""]));
}

type Given = {
  readonly values: Readonly<Record<string, string>>;
  readonly body: string;
  /** null: none is asked for. */
  readonly token: string | null;
};

function faultsOf(operation: TriedOperation, { values, body, token }: Given): Readonly<Record<string, FieldFault>> {
  const missing = operation.parameters.filter(
    ({ name, isRequired }) => isRequired && (values[name] ?? "").trim() === "",
  );
  const bodyFault = operation.body === null ? null : faultOfBody(body);
  return {
    ...Object.fromEntries(missing.map(({ name }) => [name, "missing" as const])),
    ...(token?.trim() === "" ? { [TOKEN]: "missing" as const } : {}),
    ...(bodyFault === null ? {} : { [BODY]: bodyFault }),
  };
}

function faultOfBody(body: string): FieldFault | null {
  const value = parseJson(body);
  if (value === undefined) return "notJson";
  return typeof value === "object" && value !== null && !Array.isArray(value) ? null : "notAnObject";
}
