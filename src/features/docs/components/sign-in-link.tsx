"use client";

import { LogIn } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Link, usePathname } from "@/i18n/navigation";

/** Leads to the sign-in page and back to the page that is read. */
export function SignInLink({ label }: { label: string }) {
  const next = usePathname();
  return (
    <Button
      nativeButton={false}
      render={<Link href={{ pathname: "/login", query: { next } }} />}
      size="sm"
      variant="outline"
    >
      <LogIn aria-hidden className="rtl:-scale-x-100" />
      {label}
    </Button>
  );
}
