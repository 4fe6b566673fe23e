import { CircleCheck, CircleSlash, ShieldCheck, UserRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "@/components/ui/badge";
import type { User } from "@/operations/users/schema";

/** The role of a user's account. */
export function UserRole({ role }: Pick<User, "role">) {
  const t = useTranslations("users.role");
  const Icon = role === "admin" ? ShieldCheck : UserRound;
  return (
    <Badge tone={role === "admin" ? "primary" : "neutral"}>
      <Icon aria-hidden />
      {t(role)}
    </Badge>
  );
}

/** Whether a user may sign in and call. */
export function UserState({ enabled }: Pick<User, "enabled">) {
  const t = useTranslations("users.state");
  const Icon = enabled ? CircleCheck : CircleSlash;
  return (
    <Badge tone={enabled ? "success" : "neutral"}>
      <Icon aria-hidden />
      {t(enabled ? "enabled" : "disabled")}
    </Badge>
  );
}
