import { CircleCheck, CircleSlash, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/badge";
import type { Channel } from "@/operations/channels/channel";

/** Whether calls are sent to a channel: it is on and has a credential that opens. */
export function ChannelState({ channel }: { channel: Pick<Channel, "enabled" | "credential"> }) {
  const t = useTranslations("channels.state");
  if (!channel.enabled) {
    return (
      <Badge>
        <CircleSlash aria-hidden />
        {t("disabled")}
      </Badge>
    );
  }
  if (channel.credential?.opens !== true) {
    return (
      <Badge tone="warning">
        <TriangleAlert aria-hidden />
        {t("noCredential")}
      </Badge>
    );
  }
  return (
    <Badge tone="success">
      <CircleCheck aria-hidden />
      {t("enabled")}
    </Badge>
  );
}

const PROTOCOL_WORDS = { "openai-chat": "openai-chat", "anthropic-messages": "anthropic-messages" } as const;

/** The wire formats of a channel. */
export function ChannelProtocols({ protocols }: Pick<Channel, "protocols">) {
  const t = useTranslations("channels.protocol");
  return (
    <span className="flex flex-wrap gap-1">
      {protocols.map((id) => (
        <Badge data-user-text key={id}>
          {id in PROTOCOL_WORDS ? t(id as keyof typeof PROTOCOL_WORDS) : id}
        </Badge>
      ))}
    </span>
  );
}
