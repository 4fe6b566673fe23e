import { createHash, timingSafeEqual } from "node:crypto";

/** Where the process is in its life. */
export type Phase = "starting" | "serving" | "draining";

/** Codes of a degraded replica that serves on; codes only, no host, no version (reliability-and-security.md 2.2). */
export type DegradedCode =
  | "redis_down"
  | "database_down"
  | "ledger_behind"
  | "journal_filling"
  | "previous_secret_in_use";

/** What the probes ask. */
export type ProbeDeps = {
  phase(): Phase;
  degraded(): readonly DegradedCode[];
  renderMetrics(): Promise<{ body: string; contentType: string }>;
  readonly metricsToken: string | null;
};

type Answer = { status: number; body: string };
type MetricsRequest = { headers: Readonly<Record<string, string>>; remoteAddress: string };

/** The probes of a process as plain values, for both hosts. */
export function createProbes(deps: ProbeDeps): {
  health(): Answer;
  ready(): Answer;
  metrics(request: MetricsRequest): Promise<Answer & { contentType: string }>;
} {
  return {
    health: () => ({ status: 200, body: '{"status":"ok"}' }),
    ready() {
      const phase = deps.phase();
      if (phase !== "serving") return { status: 503, body: JSON.stringify({ status: phase, codes: [phase] }) };
      const codes = deps.degraded();
      return { status: 200, body: JSON.stringify({ status: codes.length === 0 ? "ok" : "degraded", codes }) };
    },
    async metrics(request) {
      if (mayReadMetrics(request, deps.metricsToken)) return { status: 200, ...(await deps.renderMetrics()) };
      const status = deps.metricsToken === null ? 403 : 401;
      return {
        status,
        body: "metrics: a token is needed, or a request from this machine\n",
        contentType: "text/plain",
      };
    },
  };
}

const FORWARDING = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/** With a token, only with it; without one, only from loopback and not through a proxy (SEC53). */
function mayReadMetrics({ headers, remoteAddress }: MetricsRequest, token: string | null): boolean {
  if (token !== null) return isSame(headers.authorization ?? "", `Bearer ${token}`);
  return isLoopback(remoteAddress) && !FORWARDING.some((name) => headers[name] !== undefined);
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  return plain === "::1" || /^127(\.\d{1,3}){3}$/.test(plain);
}

/** Compares in a time that does not tell where two texts differ. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
