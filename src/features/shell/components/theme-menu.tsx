"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "@/components/ui/menu";

/** Chooses light, dark or the system's theme. */
export function ThemeMenu() {
  const t = useTranslations("shell");
  const { theme, setTheme } = useTheme();
  return (
    <Menu>
      <MenuTrigger
        render={
          <Button aria-label={t("theme.label")} className="text-muted-foreground" size="icon-sm" variant="ghost" />
        }
      >
        <Sun aria-hidden className="dark:hidden" />
        <Moon aria-hidden className="hidden dark:block" />
      </MenuTrigger>
      <MenuContent>
        <MenuRadioGroup onValueChange={(value: string) => setTheme(value)} value={theme}>
          <MenuRadioItem value="system">
            <Monitor aria-hidden className="size-4" />
            {t("theme.system")}
          </MenuRadioItem>
          <MenuRadioItem value="light">
            <Sun aria-hidden className="size-4" />
            {t("theme.light")}
          </MenuRadioItem>
          <MenuRadioItem value="dark">
            <Moon aria-hidden className="size-4" />
            {t("theme.dark")}
          </MenuRadioItem>
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
