import { sql } from "drizzle-orm";
import type { SettingStore } from "@/core/settings/setting-store";
import { type SettingName, type Settings, settingsSchema } from "@/core/settings/settings";
import type { Handle } from "./handle";
import { settings } from "./schema/settings";

const isSettingName = (name: string): name is SettingName => Object.hasOwn(settingsSchema.shape, name);

/** Settings in PostgreSQL. A stored name or value that this release does not know counts as not stored. */
export function settingStore(tx: Handle): SettingStore {
  return {
    async read() {
      const rows = await tx.select({ name: settings.name, value: settings.value }).from(settings);
      const known = rows.flatMap(({ name, value }) => {
        const parsed = isSettingName(name) ? settingsSchema.shape[name].safeParse(value) : null;
        return parsed?.success ? [[name, parsed.data] as const] : [];
      });
      return Object.fromEntries(known) as Partial<Settings>;
    },
    async write(patch) {
      for (const [name, value] of Object.entries(patch)) {
        if (value === undefined) continue;
        const json = JSON.stringify(value);
        await tx.execute(sql`
          insert into settings (name, value) values (${name}, ${json}::jsonb)
          on conflict (name) do update set value = excluded.value, updated_at = now()`);
      }
    },
  };
}
