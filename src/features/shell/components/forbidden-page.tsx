import { ShieldX } from "lucide-react";
import { useTranslations } from "next-intl";
import { MessagePage } from "@/components/shell/message-page";
import { HomeLink } from "./home-link";

/** The page names the role it wants; nobody is sent elsewhere in silence. */
export function ForbiddenPage() {
  const t = useTranslations("shell");
  return (
    <MessagePage
      actions={<HomeLink />}
      icon={<ShieldX aria-hidden />}
      text={t("forbiddenText")}
      title={t("forbiddenTitle")}
    />
  );
}
