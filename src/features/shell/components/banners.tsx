"use client";

import { Info, TriangleAlert, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Instant } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { useBanners, type ViewerBanners } from "../queries";
import { DISMISSED_COOKIE } from "./dismissed-cookie";

const LOOKS = {
  single_replica: { tone: "info", isCosmetic: true },
  model_group_limits_off: { tone: "warning", isCosmetic: false },
  ledger_behind: { tone: "warning", isCosmetic: false },
  counters_down: { tone: "warning", isCosmetic: false },
  database_down: { tone: "warning", isCosmetic: false },
} as const satisfies Record<Banner["code"], object>;

/** The message of a banner under `banner`. */
function keyOf({ code, params }: Banner) {
  switch (code) {
    case "single_replica":
      return "singleReplica";
    case "model_group_limits_off":
      return params.variable === undefined ? "modelGroupLimitsOff" : "modelGroupLimitsOffBy";
    case "ledger_behind":
      return "ledgerBehind";
    case "counters_down":
      return params.admits === true ? "countersDownAdmitting" : "countersDownRefusing";
    case "database_down":
      return "databaseDown";
  }
}

/** A standing fact about the system that everyone on the page should know. */
type Banner = ViewerBanners[number];

/** The banners below the top bar, renewed while the page is open. */
export function LiveBanners(props: { initial: ViewerBanners; dismissed: readonly string[] }) {
  return <Banners banners={useBanners(props.initial)} dismissed={props.dismissed} />;
}

/** Shows banners; one that needs nobody's attention can be dismissed. A code this build has no words for is left out. */
export function Banners(props: { banners: ViewerBanners; dismissed: readonly string[] }) {
  const t = useTranslations("shell");
  const [dismissed, setDismissed] = useState(props.dismissed);
  const shown = props.banners.filter(
    ({ code }) => code in LOOKS && !(LOOKS[code].isCosmetic && dismissed.includes(code)),
  );
  const dismiss = (code: string) => {
    const all = [...dismissed, code];
    setDismissed(all);
    // A notice that comes back is no failure worth a message.
    void globalThis.cookieStore
      ?.set({ name: DISMISSED_COOKIE, value: all.join("."), path: "/", sameSite: "lax" })
      .catch(() => undefined);
  };
  return (
    <div aria-live="polite">
      {shown.length === 0 ? null : (
        <ul aria-label={t("notices")} className="grid">
          {shown.map((banner) => (
            <BannerLine banner={banner} key={banner.code} onDismiss={() => dismiss(banner.code)} />
          ))}
        </ul>
      )}
    </div>
  );
}

function BannerLine({ banner, onDismiss }: { banner: Banner; onDismiss: () => void }) {
  const t = useTranslations("shell");
  const { tone, isCosmetic } = LOOKS[banner.code];
  const Icon = tone === "info" ? Info : TriangleAlert;
  return (
    <li
      className={cn(
        "flex min-h-11 items-center gap-2 border-b px-4 py-2 text-sm md:px-8",
        tone === "info" ? "border-info-line bg-info-subtle" : "border-warning-line bg-warning-subtle",
      )}
    >
      <Icon aria-hidden className={cn("size-4 shrink-0", tone === "info" ? "text-info" : "text-warning")} />
      <span className="min-w-0 flex-1">
        {t.rich(`banner.${keyOf(banner)}`, {
          since: () => (banner.since === null ? "–" : <Instant at={banner.since} />),
          variable: String(banner.params.variable),
        })}
      </span>
      {isCosmetic ? (
        <Button aria-label={t("dismissNotice")} onClick={onDismiss} size="icon-sm" variant="ghost">
          <X aria-hidden />
        </Button>
      ) : null}
    </li>
  );
}
