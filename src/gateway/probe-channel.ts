import type { ChannelProbe } from "@/core/channels/channel-row";
import type { AppError } from "@/core/errors";
import type { Clock } from "@/lib/clock";
import { modelsProbe, readProbedModels } from "@/protocols/models-probe";
import type { UpstreamClient } from "./gateway-deps";

/** What the test of a channel needs. */
export type ProbeDeps = { readonly upstream: UpstreamClient; readonly clock: Clock };

type Found = Awaited<ReturnType<ChannelProbe>>;
type Cause = Extract<Found, { ok: false }>["cause"];

/** A models list above this is not read. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The test of a channel: asks the upstream for its models through the same client as every call, and tells an admin why it failed. */
export function probeChannel({ upstream, clock }: ProbeDeps): ChannelProbe {
  return (channel) =>
    new Promise((resolve) => {
      const startedAt = clock.monotonic();
      const chunks: Uint8Array[] = [];
      let status = 0;
      let bytes = 0;
      const failed = (cause: Cause) => resolve({ ok: false, cause, status: status === 0 ? null : status });
      const call = upstream.send(
        modelsProbe(channel),
        { timeouts: channel.timeouts, hop: 1 },
        {
          onHead(head) {
            status = head;
          },
          onChunk(chunk) {
            bytes += chunk.length;
            if (bytes <= MAX_BYTES) return void chunks.push(chunk);
            call.abort();
            failed("status");
          },
          onEnd(last) {
            if (last !== null) chunks.push(last);
            if (status !== 200) return failed("status");
            const latencyMs = Math.round(clock.monotonic() - startedAt);
            resolve({ ok: true, latencyMs, models: readProbedModels(Buffer.concat(chunks)) });
          },
          onError: (error) => failed(causeOf(error)),
        },
      );
    });
}

/** The class of a connection error, for admins only. */
function causeOf(error: AppError): Cause {
  if (error.code === "upstream_timeout") return "timeout";
  const cause = String(error.params.cause);
  if (cause === "forbidden") return "forbidden";
  if (["ENOTFOUND", "EAI_AGAIN", "ENODATA", "ETIMEOUT"].includes(cause)) return "dns";
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(cause)) return "tls";
  return error.code === "upstream_truncated" ? "status" : "refused";
}
