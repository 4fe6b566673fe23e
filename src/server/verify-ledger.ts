import { verifyLedger } from "@/runtime/verify-ledger";
import { runEntry } from "./run-entry";

await runEntry(async (say) => ((await verifyLedger(say)) ? 0 : 1));
