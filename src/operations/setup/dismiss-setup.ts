import { defineOperation } from "../operation";
import { SetupDismissed, SetupDismissInput } from "./schema";

/** Takes the checklist of first steps off the overview. */
export const dismissSetup = defineOperation({
  name: "setup.dismiss",
  method: "POST",
  path: "/setup/dismiss",
  summary: "Dismisses the checklist of first steps.",
  permission: "setup",
  input: SetupDismissInput,
  output: SetupDismissed,
  errors: [],
  async run(_input, { ports }) {
    const output = { dismissed: true as const };
    if (await ports.setup.isDismissed()) return { output };
    await ports.setup.dismiss();
    return { output, audit: { target: "setup", before: { dismissed: false }, after: output } };
  },
});
