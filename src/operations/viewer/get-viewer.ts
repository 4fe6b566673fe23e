import { bannersOf } from "@/core/banners";
import { existing, ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { permissionsOf } from "../permissions";
import { readSettings } from "../read-settings";
import { Viewer, ViewerInput } from "./schema";

/** Who looks, what they may do and what every page shows (dashboard.md 7.7). */
export const getViewer = defineOperation({
  name: "viewer.get",
  method: "GET",
  path: "/viewer",
  summary: "Reads who is signed in, their permissions and what every page shows.",
  permission: "me:read",
  input: ViewerInput,
  output: Viewer,
  errors: [],
  async run(_input, { ports, actor, now }) {
    const row = existing(await ports.users.find(ownUserId(actor)));
    const { system } = ports;
    const settings = { ...(await readSettings(ports.settings)), ...system.environmentSettings };
    const can = [...permissionsOf(actor)];
    const isKey = actor.kind === "key";
    const isAdmin = actor.role === "admin";
    const banners = bannersOf({ facts: system, state: ports.systemState(), settings, isAdmin, now });
    return {
      output: {
        user: {
          id: row.id,
          name: row.name,
          email: isKey ? null : row.email,
          role: actor.role ?? row.role,
          locale: row.locale,
          timeZone: row.timeZone,
        },
        via: isKey ? ("api_key" as const) : ("password" as const),
        can,
        features: {
          testRequest: system.role !== "console",
          checklist: can.includes("setup") && !(await ports.setup.isDismissed()),
        },
        banners: banners.map(({ code, params, since }) => ({
          code,
          params,
          since: since === null ? null : new Date(since).toISOString(),
        })),
        gatewayName: settings.gatewayName,
        version: system.version,
        publicUrl: system.publicUrl ?? settings.publicUrl,
        zone: settings.timeZone,
        weekStart: settings.weekStart,
      },
    };
  },
});
