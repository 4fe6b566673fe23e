import { buildChannel } from "@test/build-deps";
import { openGateway, type SentCall } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { Decision } from "@/core/decision";
import { clientMarks } from "./client-marks";

async function keptOf(call: SentCall) {
  const protocols = ["openai-chat", "openai-responses", "anthropic-messages"] as const;
  const channels = [buildChannel({ baseUrl: "http://127.0.0.1:1", protocols })];
  const scene = openGateway({ channels, answer: () => ({ latencyMs: 1 }) });
  const { status } = await scene.one(call);
  const sent = scene.upstream.requests[0];
  return {
    status,
    client: (scene.left.requests[0]?.decision as Decision | undefined)?.client,
    sent,
    body: Buffer.concat(sent?.body ?? []).toString(),
  };
}

describe("what a client says of itself (protocols-and-pricing.md 2.2)", () => {
  const headers = { "x-claude-code-session-id": "s1", "x-claude-code-agent": "main", session_id: "abc" };

  test.each<[string, SentCall, Readonly<Record<string, string>> | undefined]>([
    ["headers", { headers: { ...headers, "user-agent": "ua" } }, headers],
    [
      "fields of a chat body",
      { fields: { user: "ada", safety_identifier: "s", prompt_cache_key: "k" } },
      { user: "ada", safety_identifier: "s", prompt_cache_key: "k" },
    ],
    [
      "fields of a Responses body",
      { path: "/v1/responses", fields: { user: "ada", safety_identifier: "s", prompt_cache_key: "k" } },
      { user: "ada", safety_identifier: "s", prompt_cache_key: "k" },
    ],
    [
      "metadata of a Messages body, and headers with it",
      { path: "/v1/messages", model: "claude-sonnet-4-5", headers, fields: { metadata: { user_id: "user_1" } } },
      { ...headers, "metadata.user_id": "user_1" },
    ],
    ["nothing", {}, undefined],
    ["no text", { fields: { user: 7 } }, undefined],
  ])("is kept with the request: %s", async (_, call, client) => {
    const kept = await keptOf(call);
    expect(kept.status).toBe(200);
    expect(kept.client).toEqual(client);
  });

  test("is sent upstream as it came", async () => {
    const { sent, body } = await keptOf({ headers, fields: { user: "ada", safety_identifier: "s" } });
    expect(sent?.headers).toMatchObject(headers);
    expect(body).toContain('"user":"ada","safety_identifier":"s"');
  });

  test("is bounded", () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`x-claude-code-${index}`, "v"]));
    expect(Object.keys(clientMarks(many, { user: "u" }) ?? {})).toHaveLength(12);
    expect(clientMarks({ session_id: "x".repeat(9_000) }, undefined)?.session_id).toHaveLength(256);
    expect(clientMarks({ session_id: `${"x".repeat(255)}😀` }, undefined)?.session_id?.isWellFormed()).toBe(true);
    expect(clientMarks({}, { user: "a\u0000b\n" })).toEqual({ user: "a b " });
    expect(clientMarks({ session_id: "", "x-session-id": "s", cookie: "c" }, undefined)).toBeUndefined();
  });
});
