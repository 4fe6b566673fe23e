import { probeRoute } from "@/bridge/routes";

/** Its numbers, for hosts that run Next alone. */
export const dynamic = "force-dynamic";
export { probeRoute as GET };
