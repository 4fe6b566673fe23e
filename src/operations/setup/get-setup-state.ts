import type { OperationPorts } from "@/core/ports";
import { requestIdOf } from "@/lib/id";
import { defineOperation } from "../operation";
import { permissionsOf } from "../permissions";
import { readSettings } from "../read-settings";
import { SetupState, SetupStateInput } from "./schema";
import { setupChecks } from "./setup-checks";

/** How far the wizard is; whoever may not set up learns only whether it is over. */
export const getSetupState = defineOperation({
  name: "setup.state",
  method: "GET",
  path: "/setup/state",
  summary: "Reads how far the setup is.",
  permission: null,
  input: SetupStateInput,
  output: SetupState,
  errors: [],
  async run(_input, { ports, actor }) {
    const finished = await ports.setup.isFinished();
    if (!permissionsOf(actor).includes("setup")) return { output: { finished, detail: null } };
    const settings = await readSettings(ports.settings);
    const newest = await ports.requests.newestSince(0);
    return {
      output: {
        finished,
        detail: {
          step: await firstOpenStep(ports, newest),
          checks: setupChecks(ports.system, ports.system.publicUrl ?? settings.publicUrl),
          firstRequestId: newest === null ? null : requestIdOf(newest),
          dismissed: await ports.setup.isDismissed(),
        },
      },
    };
  },
});

type Step = NonNullable<SetupState["detail"]>["step"];

async function firstOpenStep(ports: OperationPorts, newest: string | null): Promise<Step> {
  if ((await ports.channels.list()).length === 0) return "channel";
  if ((await ports.keys.list({})).length === 0) return "key";
  return newest === null ? "send" : "done";
}
