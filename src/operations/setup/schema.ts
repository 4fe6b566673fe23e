import { z } from "zod";
import {
  because,
  choice,
  emailField,
  instantField,
  localeField,
  nameField,
  noInput,
  passwordField,
  strict,
  timeZoneField,
} from "../references";

const tokenField = z.string(because("invalid")).trim().min(1, "required").max(200, "too_long");

/** One line of the check step; `value` is what was found: `embedded`, `memory`, an origin. */
export const SetupCheck = z
  .object({
    name: z.enum(["database", "counters", "migrations", "secret", "publicUrl"]),
    ok: z.boolean(),
    value: z.string().nullable(),
  })
  .meta({ id: "SetupCheck" });
/** See the schema. */
export type SetupCheck = z.infer<typeof SetupCheck>;

/** Input of `setup.state`: nothing. */
export const SetupStateInput = noInput;

/** How far the wizard is. Without an admin's sign-in nothing but `finished` is told (`detail` is null). */
export const SetupState = z
  .object({
    /** An admin exists. */
    finished: z.boolean(),
    detail: z
      .object({
        /** First open step. */
        step: z.enum(["channel", "key", "send", "done"]),
        checks: z.array(SetupCheck),
        firstRequestId: z.string().nullable(),
        dismissed: z.boolean(),
      })
      .nullable(),
  })
  .meta({ id: "SetupState" });
/** See the schema. */
export type SetupState = z.infer<typeof SetupState>;

/** Input of `setup.unlock`: the token of the server's log. */
export const SetupUnlockInput = strict({ token: tokenField });
/** What the token opens: the check step. */
export const SetupUnlocked = z
  .object({
    checks: z.array(SetupCheck),
    gatewayName: z.string(),
    publicUrl: z.string().nullable(),
    zone: z.string(),
  })
  .meta({ id: "SetupUnlocked" });
/** See the schema. */
export type SetupUnlocked = z.infer<typeof SetupUnlocked>;

/** Input of `setup.createAdmin`. The zone, week start and language become those of the gateway too. */
export const SetupAdminInput = strict({
  token: tokenField,
  name: nameField,
  email: emailField,
  password: passwordField,
  locale: localeField,
  timeZone: timeZoneField,
  weekStart: choice(["monday", "sunday", "saturday"]),
  /** Origin for links; null or absent: that of each request. */
  publicUrl: z.url({ protocol: /^https?$/, ...because("base_url_invalid") }).nullish(),
});
/** The admin who can sign in now. */
export const SetupAdmin = z.object({ userId: z.int(), name: z.string(), email: z.string() }).meta({ id: "SetupAdmin" });
/** See the schema. */
export type SetupAdmin = z.infer<typeof SetupAdmin>;

/** Input of `setup.dismiss`: nothing. */
export const SetupDismissInput = noInput;
/** The checklist is gone. */
export const SetupDismissed = z.object({ dismissed: z.literal(true) }).meta({ id: "SetupDismissed" });

/** Input of `setup.firstRequest`: from which instant on a request counts. */
export const FirstRequestInput = strict({ since: instantField });
/** The newest request of any client since then; null: none yet. */
export const FirstRequest = z.object({ requestId: z.string().nullable() }).meta({ id: "FirstRequest" });
/** See the schema. */
export type FirstRequest = z.infer<typeof FirstRequest>;
