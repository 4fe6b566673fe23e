import type { AppError } from "../errors";
import { DENIAL_CODES, type Denial } from "./denial";

const CODES: ReadonlySet<string> = new Set(Object.values(DENIAL_CODES));

/** The denial that an error carries as its parameters (quota.md Q61); null when a limit has not refused the request. */
export function readDenial({ code, params }: AppError): Denial | null {
  return CODES.has(code) && typeof params.limitId === "number" ? (params as unknown as Denial) : null;
}
