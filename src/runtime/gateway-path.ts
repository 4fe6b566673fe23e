import { isGatewayPath } from "@/protocols/normalise-path";

/** True when a path belongs to `/v1`, however it is spelled; the server asks it before any other router. */
export const ownsPath: (method: string, path: string) => boolean = isGatewayPath;
