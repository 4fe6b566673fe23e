"use client";

import { useFormatter, useLocale, useTranslations } from "next-intl";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { getPathname } from "@/i18n/navigation";
import { returnPath } from "./return-path";
import { signIn } from "./sign-in";

type Failure = { readonly kind: "wrong" | "down" } | { readonly kind: "locked"; readonly until: number };

/** Email and password. Wrong credentials, a lock with its end and an unreachable server are three messages. */
export function LoginForm({ next }: { next: string | null }) {
  const t = useTranslations("login");
  const format = useFormatter();
  const locale = useLocale();
  const password = useRef<HTMLInputElement>(null);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [missing, setMissing] = useState({ email: false, password: false });
  const locked = useLock(failure?.kind === "locked" ? failure.until : null, () => setFailure(null));

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const [name, secret] = [String(values.get("email")).trim(), String(values.get("password"))];
    setMissing({ email: name === "", password: secret === "" });
    if (name === "" || secret === "") return;
    setPending(true);
    setFailure(null);
    const result = await signIn(name, secret);
    if (result.kind === "ok") {
      // A full load: nothing of an earlier sign-in stays in memory.
      window.location.assign(getPathname({ href: returnPath(next), locale }));
      return;
    }
    setPending(false);
    setFailure(
      result.kind === "locked" ? { kind: "locked", until: Date.now() + result.retryAfterSeconds * 1000 } : result,
    );
    password.current?.select();
  };

  return (
    <form className="grid gap-4" method="post" noValidate onSubmit={(event) => void submit(event)}>
      {failure === null ? null : (
        <Alert live="alert" tone="danger">
          {failure.kind === "locked"
            ? t("locked", { time: format.dateTime(failure.until, { timeStyle: "medium", timeZone: browserZone() }) })
            : t(failure.kind)}
        </Alert>
      )}
      <Field error={missing.email ? t("emailMissing") : null} label={t("email")}>
        <Input
          autoComplete="username"
          inputMode="email"
          maxLength={254}
          name="email"
          onValueChange={() => setFailure(null)} // a lock is one account's
          spellCheck={false}
          type="email"
        />
      </Field>
      <Field error={missing.password ? t("passwordMissing") : null} label={t("password")}>
        <Input autoComplete="current-password" maxLength={128} name="password" ref={password} type="password" />
      </Field>
      <Button className="mt-1 w-full" disabled={locked} pending={pending} size="lg" type="submit">
        {t("submit")}
      </Button>
    </form>
  );
}

/** True until the instant `until` (epoch ms); then calls `onEnd` once. */
function useLock(until: number | null, onEnd: () => void): boolean {
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    if (until === null) return;
    const timer = setTimeout(() => end.current(), Math.max(0, until - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);
  return until !== null;
}

/** The zone of this browser: before signing in there is no other. */
function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
