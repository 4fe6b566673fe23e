"use client";

import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { buttonVariants } from "./button";
import { cn } from "./cn";

/** The button in the corner of a dialog or sheet that closes it. */
export function PopupClose() {
  const t = useTranslations("common");
  return (
    <BaseDialog.Close
      aria-label={t("close")}
      className={cn(buttonVariants({ variant: "ghost", size: "icon-sm" }), "absolute end-3 top-3")}
    >
      <X aria-hidden />
    </BaseDialog.Close>
  );
}
