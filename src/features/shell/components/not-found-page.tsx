import { Compass } from "lucide-react";
import { useTranslations } from "next-intl";
import { MessagePage } from "@/components/shell/message-page";
import { HomeLink } from "./home-link";

/** Nothing is at this address, or it is not the viewer's: the two look alike. */
export function NotFoundPage() {
  const t = useTranslations("common");
  return (
    <MessagePage
      actions={<HomeLink />}
      icon={<Compass aria-hidden />}
      text={t("notFoundText")}
      title={t("notFoundTitle")}
    />
  );
}
