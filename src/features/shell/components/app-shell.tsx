import type { ReactNode } from "react";
import type { Permission } from "@/operations/references";
import type { ViewerBanners } from "../queries";
import { AccountMenu } from "./account-menu";
import { LiveBanners } from "./banners";
import { Breadcrumb } from "./breadcrumb";
import { LanguageMenu } from "./language-menu";
import { MobileNav } from "./mobile-nav";
import type { Area } from "./nav-entries";
import { Sidebar } from "./sidebar";
import { SkipLink } from "./skip-link";
import { ThemeMenu } from "./theme-menu";
import { ZoneChip } from "./zone-chip";

/** Props of `AppShell`: who looks, and what they may see. */
export type AppShellProps = {
  area: Area;
  user: { name: string; role: "admin" | "user" };
  can: readonly Permission[];
  banners: ViewerBanners;
  /** Codes of banners that the reader does not want to see again. */
  dismissed: readonly string[];
  gatewayName: string;
  /** IANA zones: of days and windows, and the viewer's own. */
  zone: string;
  viewerZone: string;
  startsCompact: boolean;
  children: ReactNode;
};

/** The frame of every signed-in page: sidebar, top bar, banners, and the page as `main`. */
export function AppShell(props: AppShellProps) {
  const { area, can, gatewayName } = props;
  return (
    <>
      <SkipLink />
      <div className="flex min-h-dvh">
        <Sidebar area={area} can={can} gatewayName={gatewayName} startsCompact={props.startsCompact} />
        <div className="flex min-w-0 flex-1 flex-col">
          <header className="sticky top-0 z-30 flex h-14 shrink-0 items-center gap-2 border-b border-border bg-background/90 px-3 backdrop-blur-sm md:px-8">
            <MobileNav area={area} can={can} gatewayName={gatewayName} />
            <Breadcrumb area={area} can={can} />
            <div className="ms-auto flex shrink-0 items-center gap-1">
              <ZoneChip viewerZone={props.viewerZone} zone={props.zone} />
              <ThemeMenu />
              <LanguageMenu />
              <AccountMenu area={area} name={props.user.name} role={props.user.role} />
            </div>
          </header>
          <LiveBanners dismissed={props.dismissed} initial={props.banners} />
          <main className="flex min-w-0 flex-1 flex-col outline-none" id="main" tabIndex={-1}>
            {props.children}
          </main>
        </div>
      </div>
    </>
  );
}
