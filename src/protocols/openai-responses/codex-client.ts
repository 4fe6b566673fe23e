/** Whether a request comes from Codex: its `originator` or `user-agent` begins with `codex` (protocols-and-pricing.md 2.4). */
export function isCodexClient(headers: Readonly<Record<string, string>>): boolean {
  return begins(headers.originator) || begins(headers["user-agent"]);
}

function begins(value: string | undefined): boolean {
  return value?.slice(0, 5).toLowerCase() === "codex";
}
