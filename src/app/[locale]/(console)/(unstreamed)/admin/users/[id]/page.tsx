import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { UserPage } from "@/features/users/components/user-page";
import { loadUser } from "@/features/users/loaders";
import { userKey, userKeysKey } from "@/features/users/queries";

/** Params of the page. */
type Props = { params: Promise<{ id: string }> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("users");
  return { title: t("title") };
}

/** One user. */
export default async function AdminUserPage({ params }: Props) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id < 1) notFound();
  const { user, keys } = await loadUser(id);
  return (
    <PageMessages namespaces={["shared", "users", "keys"]}>
      <Prefetched
        reads={[
          { queryKey: userKey(id), data: user },
          { queryKey: userKeysKey(id), data: keys },
        ]}
      >
        <UserPage id={id} />
      </Prefetched>
    </PageMessages>
  );
}
