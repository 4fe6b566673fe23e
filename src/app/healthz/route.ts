import { probeRoute } from "@/bridge/routes";

/** Whether the process lives, for hosts that run Next alone. */
export const dynamic = "force-dynamic";
export { probeRoute as GET };
