import "server-only";
import { runForPage } from "@/bridge/run";

/** True until the first admin exists: a fresh installation. */
export async function needsSetup(): Promise<boolean> {
  const { finished } = await runForPage("setup.state", {});
  return !finished;
}
