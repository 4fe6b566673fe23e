import { restRoute } from "@/bridge/routes";

/** The OpenAPI document of the admin API. */
export const dynamic = "force-dynamic";
export { restRoute as GET, restRoute as HEAD };
