"use client";

import { ListFilter } from "lucide-react";
import { useTranslations } from "next-intl";
import { ManagedByFile } from "@/components/managed-by-file";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { StateView } from "@/components/state-view";
import { buttonVariants } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Link } from "@/i18n/navigation";
import type { User } from "@/operations/users/schema";
import { useUser, useUserKeys } from "../queries";
import { DeleteUserCard } from "./delete-user-card";
import { PasswordCard } from "./password-card";
import { ProfileCard } from "./profile-card";
import { UserRole, UserState } from "./user-badges";
import { UserKeys } from "./user-keys";

/** One user: profile, password, keys. */
export function UserPage({ id }: { id: number }) {
  const query = useUser(id);
  return (
    <PageBody>
      <StateView query={query} skeleton={<Skeleton className="h-96 rounded-xl" />}>
        {(user) => <Profile user={user} />}
      </StateView>
    </PageBody>
  );
}

function Profile({ user }: { user: User }) {
  const t = useTranslations("users");
  const keys = useUserKeys(user.id);
  return (
    <div className="grid min-w-0 gap-6">
      <PageHeader
        actions={
          <Link className={buttonVariants({ variant: "outline" })} href={`/admin/requests?user=${user.id}`}>
            <ListFilter aria-hidden />
            {t("requests")}
          </Link>
        }
        badge={
          <span className="flex flex-wrap gap-1.5">
            <UserRole role={user.role} />
            <UserState enabled={user.enabled} />
            {user.managedBy === "file" ? <ManagedByFile /> : null}
          </span>
        }
        description={user.email === null ? undefined : <span data-user-text>{user.email}</span>}
        title={
          <span data-user-text dir="auto">
            {user.name}
          </span>
        }
      />
      <div className="grid min-w-0 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr_auto]">
        <div className="lg:row-span-2">
          <ProfileCard key={user.version} user={user} />
        </div>
        <PasswordCard user={user} />
        <div className="min-w-0 lg:col-span-2 lg:row-start-3">
          <UserKeys user={user} />
        </div>
        <div className="lg:col-start-2 lg:row-start-2">
          <DeleteUserCard keyCount={keys.data?.items.length ?? 0} user={user} />
        </div>
      </div>
    </div>
  );
}
