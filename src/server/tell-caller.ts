import type { RequestListener } from "node:http";
import { CLIENT_ADDRESS_HEADER } from "@/lib/client-address";

/** Tells pages and routes the caller's address in a header that every request gets anew, so that no client can choose it. */
export function tellCaller(
  listener: RequestListener,
  callerOf: (peer: string | undefined, forwardedFor: string | undefined) => string,
): RequestListener {
  return (request, response) => {
    const forwardedFor = request.headers["x-forwarded-for"];
    request.headers[CLIENT_ADDRESS_HEADER] = callerOf(
      request.socket.remoteAddress,
      typeof forwardedFor === "string" ? forwardedFor : undefined,
    );
    return listener(request, response);
  };
}
