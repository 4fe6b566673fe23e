import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { SearchParams } from "nuqs/server";
import { Prefetched } from "@/components/prefetched";
import { PageMessages } from "@/components/shell/page-messages";
import { UsersPage } from "@/features/users/components/users-page";
import { loadUsers } from "@/features/users/loaders";
import { usersKey } from "@/features/users/queries";
import { loadUserSearch, userFilter } from "@/features/users/search-params";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("users");
  return { title: t("title") };
}

/** All users. */
export default async function AdminUsersPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filter = userFilter(await loadUserSearch(searchParams));
  const users = await loadUsers(filter);
  return (
    <PageMessages namespaces={["shared", "users"]}>
      <Prefetched reads={[{ queryKey: usersKey(filter), data: users }]}>
        <UsersPage />
      </Prefetched>
    </PageMessages>
  );
}
