import {
  CircleCheck,
  CircleHelp,
  CircleSlash,
  HeartCrack,
  KeyRound,
  type LucideIcon,
  ShieldAlert,
  Stethoscope,
  Timer,
  TriangleAlert,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import type { HealthWord, ProtocolId } from "@/core/vocabulary";
import type { Channel } from "@/operations/channels/channel";

type Seen = Exclude<HealthWord, "off">;

/** Icon and tone of each word (channels-and-rates.md C14). */
const LOOKS: Readonly<Record<Seen, { readonly icon: LucideIcon; readonly tone: Tone }>> = {
  auth_failed: { icon: KeyRound, tone: "danger" },
  tripped: { icon: ShieldAlert, tone: "danger" },
  cooling: { icon: Timer, tone: "warning" },
  probing: { icon: Stethoscope, tone: "info" },
  degraded: { icon: HeartCrack, tone: "warning" },
  unknown: { icon: CircleHelp, tone: "neutral" },
  ok: { icon: CircleCheck, tone: "success" },
};

/** Whether calls are sent to a channel: it is on and has a credential that opens; then how it did lately, once that is known. */
export function ChannelState({
  channel,
  health,
}: {
  channel: Pick<Channel, "enabled" | "credentials">;
  health?: HealthWord | undefined;
}) {
  const t = useTranslations("channels");
  if (!channel.enabled || health === "off") {
    return (
      <Badge>
        <CircleSlash aria-hidden />
        {t("state.disabled")}
      </Badge>
    );
  }
  if (!channel.credentials.some(({ enabled, opens }) => enabled && opens)) {
    return (
      <Badge tone="warning">
        <TriangleAlert aria-hidden />
        {t("state.noCredential")}
      </Badge>
    );
  }
  if (health === undefined) {
    return (
      <Badge tone="success">
        <CircleCheck aria-hidden />
        {t("state.enabled")}
      </Badge>
    );
  }
  const { icon: Icon, tone } = LOOKS[health];
  return (
    <Badge data-health={health} tone={tone}>
      <Icon aria-hidden />
      {t(`health.${health}`)}
    </Badge>
  );
}

/** The wire formats of a channel. */
export function ChannelProtocols({ protocols }: Pick<Channel, "protocols">) {
  const t = useTranslations("channels.protocol");
  return (
    <span className="flex flex-wrap gap-1">
      {protocols.map((id) => (
        <Badge data-user-text key={id}>
          {t(id as ProtocolId)}
        </Badge>
      ))}
    </span>
  );
}
