import { CircleCheck, CircleSlash, Clock } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/badge";
import type { Key } from "@/operations/keys/schema";

const LOOKS = {
  active: { tone: "success", Icon: CircleCheck },
  disabled: { tone: "neutral", Icon: CircleSlash },
  expired: { tone: "warning", Icon: Clock },
} as const;

/** Whether a key opens the gateway now. */
export function KeyState({ state }: Pick<Key, "state">) {
  const t = useTranslations("keys.state");
  const { tone, Icon } = LOOKS[state];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(state)}
    </Badge>
  );
}
