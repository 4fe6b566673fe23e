import { z } from "zod";
import { BANNER_CODES, ROLES } from "@/core/vocabulary";
import { instant, noInput, PERMISSIONS } from "../references";

/** Input of `viewer.get`: nothing. */
export const ViewerInput = noInput;

/** Who looks at the dashboard, what they may do and what every page shows (dashboard.md 7.7). */
export const Viewer = z
  .object({
    user: z.object({
      id: z.int(),
      name: z.string(),
      email: z.string().nullable(),
      role: z.enum(ROLES),
      locale: z.string().nullable(),
      timeZone: z.string().nullable(),
    }),
    via: z.enum(["password", "oidc", "api_key"]),
    can: z.array(z.enum(PERMISSIONS)),
    /** What this process can do. */
    features: z.object({
      /** `/v1` is served by this process, so that the page can send a test request. */
      testRequest: z.boolean(),
      /** No admin has dismissed the checklist and a step of it is open. */
      checklist: z.boolean(),
    }),
    /** Standing facts about the system, the gravest first. */
    banners: z.array(
      z.object({
        code: z.enum(BANNER_CODES),
        params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
        since: instant.nullable(),
      }),
    ),
    gatewayName: z.string(),
    version: z.string(),
    /** Origin for links and commands; null: that of the page. */
    publicUrl: z.string().nullable(),
    /** IANA zone of day buckets. */
    zone: z.string(),
    weekStart: z.enum(["monday", "sunday", "saturday"]),
  })
  .meta({ id: "Viewer" });
/** See the schema. */
export type Viewer = z.infer<typeof Viewer>;
