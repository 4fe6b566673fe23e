import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageMessages } from "@/components/shell/page-messages";
import { LoginForm } from "@/features/login/components/login-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("login");
  return { title: t("title") };
}

/** Sign-in with email and password. */
export default async function LoginPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const t = await getTranslations("login");
  const { next } = await searchParams;
  return (
    <div className="flex flex-1 flex-col items-center justify-center px-4 pt-6 pb-28">
      <div className="grid w-full max-w-sm gap-6 rounded-xl border border-border bg-card p-6 sm:p-8">
        <div className="grid gap-1">
          <h1 className="text-xl leading-7 font-semibold tracking-tight">{t("title")}</h1>
          <p className="text-sm text-muted-foreground">{t("lead")}</p>
        </div>
        <PageMessages namespaces={["login"]}>
          <LoginForm next={typeof next === "string" ? next : null} />
        </PageMessages>
      </div>
    </div>
  );
}
