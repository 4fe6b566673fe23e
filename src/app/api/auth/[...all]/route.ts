import { authRoute } from "@/bridge/routes";

/** Signing in and out of the dashboard. */
export const dynamic = "force-dynamic";
export { authRoute as GET, authRoute as POST };
