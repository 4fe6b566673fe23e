"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Link } from "@/i18n/navigation";

/** The way back to the start page of the viewer's role. */
export function HomeLink() {
  const t = useTranslations("common");
  return (
    <Button nativeButton={false} render={<Link href="/" />} variant="outline">
      {t("goHome")}
    </Button>
  );
}
