import { fileURLToPath } from "node:url";
import { provision } from "@/runtime/provision";
import { runEntry } from "./run-entry";

await runEntry(async (say) => {
  await provision(process.argv.slice(2), { root: fileURLToPath(new URL("../..", import.meta.url)), say });
  return 0;
});
