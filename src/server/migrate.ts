import { fileURLToPath } from "node:url";
import { migrateDatabase } from "@/runtime/migrate-database";
import { runEntry } from "./run-entry";

await runEntry(async (say) => {
  await migrateDatabase(fileURLToPath(new URL("../..", import.meta.url)), say);
  return 0;
});
