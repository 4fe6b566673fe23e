import type { HealthWord } from "../vocabulary";
import type { HealthFacts } from "./channel-health";

const MIN_ATTEMPTS = 10;
const DEGRADED_PCT = 10;

/**
 * The first word that is true of a channel (channels-and-rates.md C14).
 * @param isCooling every model of the channel cools
 */
export function healthWord(facts: HealthFacts, { isOn, isCooling }: { isOn: boolean; isCooling: boolean }): HealthWord {
  if (!isOn) return "off";
  if (facts.isAuthFailed) return "auth_failed";
  if (facts.trippedUntil > 0) return "tripped";
  if (isCooling) return "cooling";
  if (facts.isProbing) return "probing";
  const { attempts, failures } = facts.recent;
  if (attempts >= MIN_ATTEMPTS && failures * 100 >= DEGRADED_PCT * attempts) return "degraded";
  return attempts === 0 ? "unknown" : "ok";
}
