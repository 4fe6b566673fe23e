"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { useForm } from "react-hook-form";
import { FormErrors } from "@/components/form-errors";
import { TextField } from "@/components/form-fields";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import { useServerFields } from "@/components/use-server-fields";
import type { User } from "@/operations/users/schema";
import { setPasswordAction } from "../actions";
import { USERS_KEY } from "../queries";
import { passwordSchema } from "./user-form";

/** Gives a user a password, the first or another one. */
export function PasswordCard({ user }: { user: User }) {
  const t = useTranslations("users.password");
  const saved = useTranslations("users.saved");
  const toast = useToast();
  const form = useForm({ defaultValues: { password: "" }, resolver: zodResolver(passwordSchema(user.id)) });
  const set = useAction(setPasswordAction, {
    invalidates: [USERS_KEY],
    onDone: () => {
      form.reset();
      toast(saved("password"));
    },
  });
  useServerFields(form.setError, set.problem);
  return (
    <Card>
      <CardHeader className="grid gap-1">
        <CardTitle>{t("title")}</CardTitle>
        <CardDescription>{t(user.hasAccount ? "has" : "hasNot", { name: user.name })}</CardDescription>
      </CardHeader>
      <CardContent>
        {user.email === null ? (
          <p className="text-sm text-muted-foreground">{t("needsEmail")}</p>
        ) : (
          <form
            className="grid gap-4"
            noValidate
            onSubmit={form.handleSubmit(async (input) => void (await set.run(input)))}
          >
            <FormErrors problem={set.problem} shown={["password"]} />
            <TextField
              control={form.control}
              hint={t("hint")}
              input={{ type: "password", autoComplete: "new-password" }}
              label={t("new")}
              name="password"
            />
            <div className="flex justify-end">
              <Button pending={set.isPending} type="submit" variant="outline">
                {t("set")}
              </Button>
            </div>
          </form>
        )}
      </CardContent>
    </Card>
  );
}
