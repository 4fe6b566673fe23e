import { useTranslations } from "next-intl";
import { Meter } from "@/components/ui/meter";
import { passwordStrength } from "./password-strength";

const TONES = { weak: "danger", fair: "warning", good: "info", strong: "success" } as const;

/** How hard the password is to guess, as a bar and a word; nothing while it is empty. */
export function PasswordMeter({ password }: { password: string }) {
  const t = useTranslations("setup.admin");
  if (password === "") return null;
  const { word, level } = passwordStrength(password);
  return (
    <div className="flex items-center gap-3">
      <div className="flex-1">
        <Meter label={t("passwordStrength")} text={t(`strength.${word}`)} tone={TONES[word]} value={level} />
      </div>
      <span aria-hidden className="text-sm text-muted-foreground">
        {t(`strength.${word}`)}
      </span>
    </div>
  );
}
