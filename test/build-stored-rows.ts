import type { DenialRecord, LedgerEntry, RequestRecord } from "@/core/ledger/entry";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { buildDenial, buildEntry, buildRequestRecord } from "./build-ledger";

const AT = Date.parse("2026-11-21T12:00:00Z");
const owned = () => ({ id: uuidv7Hex(AT), userId: 1, keyId: 1 });
const priced = { model: "gpt-test", costNanoUsd: asNanoUsd(750_000) };

/** A settled entry of user 1 and key 1 with an id of its own, as rows in a database need. */
export function buildStoredEntry(given: Partial<LedgerEntry> = {}): LedgerEntry {
  return buildEntry({ ...owned(), ...priced, tokens: 150, ...given });
}

/** The log row of an admitted request of user 1 and key 1 with an id of its own and every column filled. */
export function buildStoredRequest(given: Partial<RequestRecord> = {}): RequestRecord {
  return buildRequestRecord({
    ...owned(),
    ...priced,
    upstreamModel: "gpt-test-2026",
    stream: true,
    cachedTokens: 10,
    attempts: [{ attempt: 1, channelId: 1, startedAt: AT, firstByteMs: 120, status: 200, code: null }],
    upstreamRequestId: "up_1",
    decision: { v: 1 },
    ...given,
  });
}

/** A denial of user 1 and key 1 with an id of its own. */
export function buildStoredDenial(given: Partial<DenialRecord> = {}): DenialRecord {
  return buildDenial({
    ...owned(),
    model: "gpt-test",
    code: "model_not_found",
    params: { model: "gpt-test" },
    ...given,
  });
}
