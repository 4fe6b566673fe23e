"use client";

import { Languages } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "@/components/ui/menu";
import { usePathname, useRouter } from "@/i18n/navigation";
import { routing } from "@/i18n/routing";
import { LanguageName } from "./language-name";

/** Chooses the language; each is named in itself. The page, its filters and its hash stay. */
export function LanguageMenu() {
  const t = useTranslations("shell");
  const locale = useLocale();
  const router = useRouter();
  const pathname = usePathname();
  const [pending, startTransition] = useTransition();
  const change = (next: string) => {
    const target = routing.locales.find((candidate) => candidate === next);
    if (target === undefined || target === locale) return;
    const { search, hash } = window.location;
    startTransition(() => router.replace(`${pathname}${search}${hash}`, { locale: target }));
  };
  return (
    <Menu>
      <MenuTrigger
        render={
          <Button
            aria-label={t("language")}
            className="text-muted-foreground"
            pending={pending}
            size="icon-sm"
            variant="ghost"
          />
        }
      >
        {pending ? null : <Languages aria-hidden />}
      </MenuTrigger>
      <MenuContent>
        <MenuRadioGroup onValueChange={change} value={locale}>
          {routing.locales.map((id) => (
            <MenuRadioItem key={id} value={id}>
              <LanguageName id={id} />
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
