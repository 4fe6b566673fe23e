import { probeRoute } from "@/bridge/routes";

/** Whether it takes requests, for hosts that run Next alone. */
export const dynamic = "force-dynamic";
export { probeRoute as GET };
