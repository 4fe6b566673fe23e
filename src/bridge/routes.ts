import "server-only";
import { systemClock } from "@/lib/clock";
import type { Services } from "@/runtime/services";
import { type WebHandler, webAdapter } from "@/transport/web-adapter";
import { getServices } from "./services";

// Derived from the services and gone with them; hosts that run Next alone have one copy of this module.
const adapters = new WeakMap<Services, WebHandler>();

/** `/v1` and `/v1beta` on hosts that run Next alone: the same engine behind Request and Response. */
export async function gatewayRoute(request: Request): Promise<Response> {
  const services = getServices();
  const adapter =
    adapters.get(services) ??
    webAdapter(services.gateway, {
      clock: systemClock,
      bodyLimit: services.bodyLimit,
      bodyBudget: services.bodyBudget,
      clientStallMs: services.clientStallMs,
    });
  adapters.set(services, adapter);
  return adapter(request);
}

/** `/api/v1`: the admin API. */
export async function restRoute(request: Request): Promise<Response> {
  return getServices().handleRest(request);
}

/** `/api/auth`: signing in and out of the dashboard. */
export async function authRoute(request: Request): Promise<Response> {
  return getServices().handleAuth(request);
}

/** `/healthz`, `/readyz` and `/metrics` on hosts that run Next alone. */
export async function probeRoute(request: Request): Promise<Response> {
  const { probes } = getServices();
  const { pathname } = new URL(request.url);
  const headers = { "cache-control": "no-store" };
  if (pathname === "/metrics") {
    // Such a host does not tell the peer: only the token opens the metrics (SEC53).
    const given = { headers: Object.fromEntries(request.headers), remoteAddress: "" };
    const { status, body, contentType } = await probes.metrics(given);
    return new Response(body, { status, headers: { ...headers, "content-type": contentType } });
  }
  const { status, body } = pathname === "/readyz" ? probes.ready() : probes.health();
  return new Response(body, { status, headers: { ...headers, "content-type": "application/json" } });
}
