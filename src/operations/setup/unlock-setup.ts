import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
import { SetupUnlocked, SetupUnlockInput } from "./schema";
import { setupChecks } from "./setup-checks";

/** Opens the wizard with the token of the server's log; the attempt is counted, the token stays good until an admin exists. */
export const unlockSetup = defineOperation({
  name: "setup.unlock",
  method: "POST",
  path: "/setup/unlock",
  summary: "Checks the setup token and shows what was found at start.",
  permission: null,
  input: SetupUnlockInput,
  output: SetupUnlocked,
  errors: ["setup_token_invalid", "too_many_attempts"],
  isRead: true,
  async run({ token }, { ports, now }) {
    await ports.setup.checkToken(token, now);
    const settings = await readSettings(ports.settings);
    const publicUrl = ports.system.publicUrl ?? settings.publicUrl;
    return {
      output: {
        checks: setupChecks(ports.system, publicUrl),
        gatewayName: settings.gatewayName,
        publicUrl,
        zone: settings.timeZone,
      },
    };
  },
});
