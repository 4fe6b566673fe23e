import { ENTRY_MEMBERS, REQUEST_MEMBERS } from "@/core/ledger/settlement";

/** How a member of a settlement's text becomes a value; `instant` is epoch ms, `word` text that an upstream chose. */
type Kind = "smallint" | "integer" | "bigint" | "boolean" | "text" | "word" | "instant" | "jsonb";

/** Columns of `usage_ledger` besides `id`, with their kinds. */
const ENTRY_COLUMNS: Readonly<Record<(typeof ENTRY_MEMBERS)[number], readonly [column: string, kind: Kind]>> = {
  attempt: ["attempt", "smallint"],
  admittedAt: ["admitted_at", "instant"],
  holdNo: ["hold_no", "smallint"],
  userId: ["user_id", "bigint"],
  keyId: ["key_id", "bigint"],
  modelGroupId: ["model_group_id", "bigint"],
  model: ["model", "text"],
  channelId: ["channel_id", "bigint"],
  outcome: ["outcome", "text"],
  costNanoUsd: ["cost_nusd", "bigint"],
  requests: ["requests", "smallint"],
  tokens: ["tokens", "bigint"],
  costSource: ["cost_source", "text"],
  countedInUserGlobal: ["counted_in_user_global", "boolean"],
  countedInKeyGlobal: ["counted_in_key_global", "boolean"],
  failOpen: ["fail_open", "boolean"],
  detail: ["detail", "jsonb"],
};

/** Columns of `requests` besides `id`, with their kinds. */
const REQUEST_COLUMNS: Readonly<Record<(typeof REQUEST_MEMBERS)[number], readonly [column: string, kind: Kind]>> = {
  at: ["at", "instant"],
  userId: ["user_id", "bigint"],
  keyId: ["key_id", "bigint"],
  keyPrefix: ["key_prefix", "text"],
  protocol: ["protocol", "text"],
  operation: ["operation", "text"],
  model: ["model", "text"],
  upstreamModel: ["upstream_model", "text"],
  channelId: ["channel_id", "bigint"],
  stream: ["stream", "boolean"],
  outcome: ["outcome", "text"],
  status: ["status", "integer"],
  code: ["code", "text"],
  inputTokens: ["input_tokens", "bigint"],
  cachedTokens: ["cached_tokens", "bigint"],
  outputTokens: ["output_tokens", "bigint"],
  costNanoUsd: ["cost_nusd", "bigint"],
  costSource: ["cost_source", "text"],
  firstByteMs: ["first_byte_ms", "integer"],
  durationMs: ["duration_ms", "integer"],
  attempts: ["attempts", "jsonb"],
  upstreamRequestId: ["upstream_request_id", "word"],
  decision: ["decision", "jsonb"],
};

/** Longest text kept of what a client or an upstream chose. */
export const LONGEST_WORD = 256;

/** The value at `index` of the JSON array `source`. A JSON null is SQL's null. */
function valueAt(source: string, index: number, kind: Kind): string {
  const text = `(${source}->>${index})`;
  switch (kind) {
    case "text":
      return text;
    case "word":
      return `left${text.slice(0, -1)}, ${LONGEST_WORD})`;
    case "instant":
      return `timestamptz 'epoch' + ${text}::bigint * interval '1 millisecond'`;
    case "jsonb":
      return `nullif(${source}->${index}, 'null')`;
    default:
      return `${text}::${kind}`;
  }
}

/** The columns of a table as a list, and the expressions that read them from the JSON array `source`. */
function columnsOf<Member extends string>(
  members: readonly Member[],
  columns: Readonly<Record<Member, readonly [column: string, kind: Kind]>>,
  source: string,
): { readonly names: string; readonly values: string } {
  const named = members.map((member) => columns[member]);
  return {
    names: named.map(([column]) => column).join(", "),
    values: named.map(([column, kind], index) => `${valueAt(source, index, kind)} as ${column}`).join(", "),
  };
}

/** Columns of `usage_ledger` besides `id`, read from an entry's text called `entry`. */
export const LEDGER_COLUMNS = columnsOf(ENTRY_MEMBERS, ENTRY_COLUMNS, "entry");

/** Columns of `requests` besides `id`, read from a request's text called `request`. */
export const LOG_COLUMNS = columnsOf(REQUEST_MEMBERS, REQUEST_COLUMNS, "request");
