import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { MessageLayer } from "@/components/shell/message-layer";
import type { Viewer } from "@/operations/viewer/schema";
import { AppShell } from "./app-shell";
import { DISMISSED_COOKIE, parseDismissed } from "./dismissed-cookie";
import type { Area } from "./nav-entries";
import { SIDEBAR_COOKIE } from "./sidebar-cookie";
import { WorkProviders } from "./work-providers";

/** The shell around a signed-in page; instants below it are in the viewer's own time zone. */
export async function ConsoleFrame(props: { area: Area; viewer: Viewer; children: ReactNode }) {
  const { area, viewer } = props;
  const viewerZone = viewer.user.timeZone ?? viewer.zone;
  const remembered = await cookies();
  const startsCompact = remembered.get(SIDEBAR_COOKIE)?.value === "compact";
  const dismissed = parseDismissed(remembered.get(DISMISSED_COOKIE)?.value);
  return (
    <MessageLayer timeZone={viewerZone}>
      <WorkProviders>
        <AppShell
          area={area}
          banners={viewer.banners}
          can={viewer.can}
          dismissed={dismissed}
          gatewayName={viewer.gatewayName}
          startsCompact={startsCompact}
          user={viewer.user}
          viewerZone={viewerZone}
          zone={viewer.zone}
        >
          {props.children}
        </AppShell>
      </WorkProviders>
    </MessageLayer>
  );
}
