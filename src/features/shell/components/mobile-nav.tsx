"use client";

import { Menu as MenuIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { DialogTitle } from "@/components/ui/dialog";
import { Sheet, SheetBody, SheetContent, SheetHeader, SheetTrigger } from "@/components/ui/sheet";
import type { Permission } from "@/operations/references";
import { Logo } from "./logo";
import { type Area, navSections } from "./nav-entries";
import { NavList } from "./nav-list";

/** The navigation of narrow windows: a button that opens it as a sheet. */
export function MobileNav(props: { area: Area; can: readonly Permission[]; gatewayName: string }) {
  const t = useTranslations("shell");
  const [open, setOpen] = useState(false);
  return (
    <Sheet onOpenChange={setOpen} open={open}>
      <SheetTrigger
        render={<Button aria-label={t("openNavigation")} className="md:hidden" size="icon" variant="ghost" />}
      >
        <MenuIcon aria-hidden />
      </SheetTrigger>
      <SheetContent side="start">
        <SheetHeader className="flex h-14 items-center gap-2.5 ps-4">
          <Logo className="size-7 shrink-0" />
          <DialogTitle className="truncate text-base" data-user-text dir="auto">
            {props.gatewayName}
          </DialogTitle>
        </SheetHeader>
        <SheetBody className="p-0">
          <NavList onNavigate={() => setOpen(false)} sections={navSections(props.area, props.can)} />
        </SheetBody>
      </SheetContent>
    </Sheet>
  );
}
