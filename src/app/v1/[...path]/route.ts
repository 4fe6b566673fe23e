import { gatewayRoute } from "@/bridge/routes";

/** The gateway for hosts that run Next alone; the custom server answers before Next is asked. */
export const dynamic = "force-dynamic";
export {
  gatewayRoute as DELETE,
  gatewayRoute as GET,
  gatewayRoute as OPTIONS,
  gatewayRoute as PATCH,
  gatewayRoute as POST,
  gatewayRoute as PUT,
};
