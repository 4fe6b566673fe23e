import type { Gateway } from "@/gateway/gateway-deps";
import type { GatewayRequest } from "@/protocols/exchange";
import type { AdapterOptions } from "./adapter-options";
import { bodyBudget } from "./body-budget";
import { type BodyIntake, openIntake } from "./body-intake";
import { readWebBody } from "./read-web-body";
import { webReply } from "./web-reply";

/** A handler for hosts that speak Request and Response. */
export type WebHandler = (request: Request) => Promise<Response>;

/** The gateway behind web Request and Response, for route handlers of hosts that run Next alone. */
export function webAdapter(gateway: Gateway, options: AdapterOptions): WebHandler {
  const budget = bodyBudget(options.bodyBudget, options.clock);
  return (request) => {
    let intake: BodyIntake | null = null;
    const headers = Object.fromEntries(request.headers);
    const { pathname, searchParams } = new URL(request.url);
    const incoming: GatewayRequest = {
      method: request.method,
      path: pathname,
      query: searchParams,
      headers,
      remoteAddress: "",
      readBody: () => {
        intake = openIntake(headers, options.bodyLimit, budget);
        return readWebBody(request, intake, options);
      },
    };
    const { reply, response } = webReply(request);
    const release = () => intake?.release();
    gateway.handle(incoming, reply).then(release, release); // the gateway counts it: its drain waits for it
    return response;
  };
}
