"use client";

import { useRef, useState } from "react";
import { readEvents, readNews } from "./read-stream";
import type { TestCall } from "./test-call";

/** The test request as it grows. `status` 0: the gateway could not be reached. */
export type TestProgress = {
  readonly phase: "running" | "done" | "failed";
  readonly status: number | null;
  readonly requestId: string | null;
  readonly text: string;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Stable code of a refusal (`x-sluice-code`) and the gateway's own sentence. */
  readonly code: string | null;
  readonly message: string | null;
  readonly durationMs: number | null;
};

const STARTED: TestProgress = {
  ...{ phase: "running", status: null, requestId: null, text: "", inputTokens: null, outputTokens: null },
  ...{ code: null, message: null, durationMs: null },
};

/** The sentence inside an error body of any wire format; the body itself when there is none. */
function sentenceOf(body: string): string {
  const news = readNews(body);
  return news.error ?? body.slice(0, 500);
}

async function readReply(response: Response, update: (patch: Partial<TestProgress>) => void): Promise<boolean> {
  if (!response.ok || response.body === null) {
    update({ code: response.headers.get("x-sluice-code"), message: sentenceOf(await response.text()) });
    return false;
  }
  let text = "";
  for await (const event of readEvents(response.body)) {
    const { text: more, error, ...tokens } = readNews(event);
    text += more ?? "";
    update({ text, ...tokens });
    if (error !== undefined) {
      update({ message: error });
      return false;
    }
  }
  return true;
}

/** Sends one streamed call through the real `/v1` and shows it as it arrives. */
export function useTestRequest(): { progress: TestProgress | null; send: (call: TestCall) => Promise<void> } {
  const [progress, setProgress] = useState<TestProgress | null>(null);
  const run = useRef(0);
  const send = async (call: TestCall) => {
    const id = ++run.current;
    const startedAt = performance.now();
    const update = (patch: Partial<TestProgress>) => {
      if (run.current === id) setProgress((before) => ({ ...(before ?? STARTED), ...patch }));
    };
    setProgress(STARTED);
    try {
      const response = await fetch(call.path, { method: "POST", headers: call.headers, body: call.body });
      update({ status: response.status, requestId: response.headers.get("x-sluice-request-id") });
      const isOk = await readReply(response, update);
      update({ phase: isOk ? "done" : "failed", durationMs: performance.now() - startedAt });
    } catch {
      update({ phase: "failed", status: 0, durationMs: performance.now() - startedAt });
    }
  };
  return { progress, send };
}
