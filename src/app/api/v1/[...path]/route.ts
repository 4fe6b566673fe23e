import { restRoute } from "@/bridge/routes";

/** The admin API. */
export const dynamic = "force-dynamic";
export {
  restRoute as DELETE,
  restRoute as GET,
  restRoute as OPTIONS,
  restRoute as PATCH,
  restRoute as POST,
  restRoute as PUT,
};
