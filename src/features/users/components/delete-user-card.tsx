"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardTitle } from "@/components/ui/card";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import { useRouter } from "@/i18n/navigation";
import type { User } from "@/operations/users/schema";
import { deleteUserAction } from "../actions";
import { USERS_KEY } from "../queries";

/** Deletes a user for good, after saying how many keys end. */
export function DeleteUserCard({ user, keyCount }: { user: User; keyCount: number }) {
  const t = useTranslations("users");
  const router = useRouter();
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const remove = useAction(deleteUserAction, {
    invalidates: [[...USERS_KEY, {}]],
    onDone: () => {
      toast(t("saved.deleted"));
      router.replace("/admin/users");
    },
  });
  return (
    <Card>
      <CardContent className="flex flex-wrap items-center justify-between gap-4">
        <div className="grid gap-1">
          <CardTitle>{t("delete.title")}</CardTitle>
          <CardDescription>{t("delete.text")}</CardDescription>
        </div>
        <Button onClick={() => setAsking(true)} variant="outline" className="text-danger">
          {t("delete.action")}
        </Button>
      </CardContent>
      <ConfirmDialog
        confirm={t("delete.action")}
        consequence={t("delete.confirmText", { count: keyCount })}
        onConfirm={() => void remove.run({ id: user.id })}
        onOpenChange={(open) => {
          remove.reset();
          setAsking(open);
        }}
        open={isAsking}
        pending={remove.isPending}
        problem={remove.problem}
        title={t("delete.confirmTitle", { name: user.name })}
      />
    </Card>
  );
}
