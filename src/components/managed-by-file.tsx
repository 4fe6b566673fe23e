"use client";

import { FileCog } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/badge";
import { Tooltip } from "@/components/ui/tooltip";

/** Marks what the provisioning file owns: an edit here lasts until the file is applied again. */
export function ManagedByFile() {
  const t = useTranslations("shared");
  return (
    <Tooltip content={t("managedByFileText")}>
      <Badge tabIndex={0} tone="info">
        <FileCog aria-hidden />
        {t("managedByFile")}
      </Badge>
    </Tooltip>
  );
}
