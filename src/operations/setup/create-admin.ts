import { AppError } from "@/core/errors";
import type { Settings } from "@/core/settings/settings";
import { defineOperation } from "../operation";
import { SetupAdmin, SetupAdminInput } from "./schema";

/** The first admin. Of two that race one wins (SEC9); zone, week start and language become the gateway's. */
export const createAdmin = defineOperation({
  name: "setup.createAdmin",
  method: "POST",
  path: "/setup/admin",
  summary: "Creates the first admin with the setup token.",
  permission: null,
  input: SetupAdminInput,
  output: SetupAdmin,
  errors: ["setup_token_invalid", "too_many_attempts", "setup_finished", "name_taken", "email_taken"],
  // Outside the transaction: a wrong token stays counted.
  async check({ token }, { ports, now }) {
    if (await ports.setup.isFinished()) throw new AppError("setup_finished");
    await ports.setup.checkToken(token, now).catch(async (error: unknown) => {
      throw (await ports.setup.isFinished()) ? new AppError("setup_finished") : error; // someone was quicker
    });
  },
  async run({ token: _, password, weekStart, publicUrl, ...person }, { ports }) {
    await ports.setup.claim();
    const user = await ports.users.insert({ ...person, role: "admin", enabled: true, managedBy: null });
    await ports.accounts.setPassword({ id: user.id, name: person.name, email: person.email }, password);
    const settings: Partial<Settings> = {
      timeZone: person.timeZone,
      weekStart,
      defaultLocale: person.locale,
      ...(publicUrl == null ? {} : { publicUrl: new URL(publicUrl).origin }),
    };
    await ports.settings.write(settings);
    const output = { userId: user.id, name: person.name, email: person.email };
    return {
      output,
      audit: { target: `user:${user.id}`, before: null, after: { ...output, role: "admin", settings } },
    };
  },
});
