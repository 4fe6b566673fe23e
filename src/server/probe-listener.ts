import type { RequestListener } from "node:http";
import type { Services } from "@/runtime/services";
import { pathOf } from "./http-server";

/** Answers `/healthz`, `/readyz` and `/metrics` on node:http. */
export function probeListener(probes: Services["probes"]): RequestListener {
  return (request, response) => {
    const send = (answer: { status: number; body: string; contentType?: string }) => {
      response.writeHead(answer.status, {
        "content-type": answer.contentType ?? "application/json",
        "content-length": Buffer.byteLength(answer.body),
        "cache-control": "no-store",
      });
      response.end(request.method === "HEAD" ? undefined : answer.body);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return send({ status: 405, body: "" });
    const path = pathOf(request);
    if (path === "/healthz") return send(probes.health());
    if (path === "/readyz") return send(probes.ready());
    probes
      .metrics({ headers: plainHeaders(request.headers), remoteAddress: request.socket.remoteAddress ?? "" })
      .then(send, () => send({ status: 500, body: "" }));
  };
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name] = typeof value === "string" ? value : value.join(", ");
  return plain;
}
