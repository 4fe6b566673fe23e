import { bringSchema } from "./bring-schema";
import { withTools } from "./open-tools";

/** `npm run db:migrate`: brings the schema up to date and says what was applied. */
export function migrateDatabase(root: string, say: (line: string) => void): Promise<void> {
  return withTools(say, async ({ env, storage }) => {
    const applied = await bringSchema({ env, database: storage.database, root, say, goOn: () => undefined });
    say(applied.length === 0 ? "The schema is up to date" : `Applied ${applied.join(", ")}`);
  });
}
