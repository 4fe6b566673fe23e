import { AppError } from "@/core/errors";
import type { OperationName, ProtocolId } from "@/core/vocabulary";

const OPERATIONS_OF: Readonly<Record<ProtocolId, readonly OperationName[]>> = {
  "openai-chat": ["chat", "models"],
  "openai-responses": ["models"],
  "anthropic-messages": ["message", "models"],
  gemini: ["models"],
};

/** Throws validation_failed when an operation belongs to none of the protocols. */
export function checkOperations(protocols: readonly ProtocolId[], operations: readonly OperationName[] | null): void {
  const applicable = new Set(protocols.flatMap((protocol) => OPERATIONS_OF[protocol]));
  const fields = (operations ?? []).flatMap((name, index) =>
    applicable.has(name) ? [] : [{ path: `operations[${index}]`, code: "operation_not_applicable" }],
  );
  if (fields.length > 0) throw new AppError("validation_failed", {}, { fields });
}

/** True when both URLs name one host and port: a credential may follow. */
export function isSameHost(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}

/** A validated decimal multiplier in millionths. */
export function multiplierPpm(text: string): number {
  const [whole = "0", fraction = ""] = text.split(".");
  return Number(whole) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}
