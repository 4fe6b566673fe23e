import "server-only";
import { cache } from "react";
import { runForPage, runWholeForPage } from "@/bridge/run";
import type { SetupStart } from "./components/setup-wizard";

/** Where the wizard stands; null when it is over, or not for the one who asks. Asked once per request. */
export const loadSetup = cache(async (): Promise<SetupStart | null> => {
  const state = await runForPage("setup.state", {});
  if (!state.finished) return { state, viewer: null, channels: [] };
  if (state.detail === null || state.detail.dismissed) return null;
  const [viewer, channels] = await Promise.all([runForPage("viewer.get", {}), runWholeForPage("channels.list", {})]);
  return { state, viewer, channels: channels.items };
});
