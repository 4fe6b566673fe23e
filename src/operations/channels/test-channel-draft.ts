import { AppError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { ChannelTest } from "./channel";
import { isSameHost } from "./check-channel";
import { probe } from "./probe";
import { readCredential } from "./read-channel";
import { TestChannelDraftInput } from "./schema";

/** Tests values of a form that are not saved yet. A stored credential goes to its own host only (C1). */
export const testChannelDraft = defineOperation({
  name: "channels.testDraft",
  method: "POST",
  path: "/channels/test",
  summary: "Tests a channel that is not saved.",
  permission: "channels:write",
  input: TestChannelDraftInput,
  output: ChannelTest,
  errors: ["not_found", "base_url_forbidden"],
  isRead: true,
  async run({ channelId, credential, ...draft }, { ports }) {
    await ports.judgeUpstream(draft.baseUrl);
    const plain = credential ?? (await lentCredential(channelId ?? null, draft.baseUrl, ports));
    return { output: await probe({ ...draft, credential: plain }, ports) };
  },
});

async function lentCredential(channelId: number | null, baseUrl: string, ports: OperationPorts): Promise<string> {
  const row = channelId === null ? null : existing(await ports.channels.find(channelId));
  if (row !== null && !isSameHost(row.baseUrl, baseUrl)) throw fault("credential_reentry_required");
  const stored = row === null ? null : await readCredential(row, ports);
  if (stored === null) throw fault("credential_required");
  return stored;
}

function fault(code: "credential_required" | "credential_reentry_required"): AppError {
  return new AppError("validation_failed", {}, { fields: [{ path: "credential", code }] });
}
