import { Info, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";

const LOOKS = {
  single_replica: { tone: "info", key: "singleReplica" },
  ledger_behind: { tone: "warning", key: "ledgerBehind" },
  database_down: { tone: "warning", key: "databaseDown" },
} as const;

/** A standing fact about the system that everyone on the page should know. */
export type Banner = { readonly code: string };

const isKnown = (code: string): code is keyof typeof LOOKS => code in LOOKS;

/** The banners below the top bar; a code this build has no words for is left out. */
export function Banners({ banners }: { banners: readonly Banner[] }) {
  const t = useTranslations("shell");
  const known = banners.map(({ code }) => code).filter(isKnown);
  if (known.length === 0) return null;
  return (
    <ul aria-label={t("notices")} className="grid">
      {known.map((code) => {
        const { tone, key } = LOOKS[code];
        const Icon = tone === "info" ? Info : TriangleAlert;
        return (
          <li
            className={cn(
              "flex items-center gap-2 border-b px-4 py-2 text-sm md:px-8",
              tone === "info" ? "border-info-line bg-info-subtle" : "border-warning-line bg-warning-subtle",
            )}
            key={code}
          >
            <Icon aria-hidden className={cn("size-4 shrink-0", tone === "info" ? "text-info" : "text-warning")} />
            {t(`banner.${key}`)}
          </li>
        );
      })}
    </ul>
  );
}
