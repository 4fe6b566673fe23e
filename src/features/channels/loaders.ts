import "server-only";
import { runForPage, runWholeForPage } from "@/bridge/run";
import { readForPage } from "@/components/read-for-page";

/** The channels; undefined when the page should read them itself. */
export function loadChannels() {
  return readForPage(() => runWholeForPage("channels.list", {}));
}

/** One channel; an unknown id is a page of its own. */
export function loadChannel(id: number) {
  return readForPage(() => runForPage("channels.get", { id }));
}
