import {
  Activity,
  BookOpen,
  Gauge,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  ScrollText,
  UsersRound,
  Waypoints,
} from "lucide-react";
import type { Permission } from "@/operations/references";

/** One page of the navigation: shown when the viewer has its permission. */
export type NavEntry = {
  readonly key:
    | "overview"
    | "channels"
    | "requests"
    | "users"
    | "keys"
    | "myUsage"
    | "myRequests"
    | "myKeys"
    | "apiDocs";
  readonly href: string;
  readonly icon: LucideIcon;
  readonly permission: Permission;
};

/** Pages that belong together; a section without a name stands first. */
export type NavSection = {
  readonly key: "operate" | "people" | "system" | "own";
  readonly entries: readonly NavEntry[];
};

/** Which side of the dashboard: of those who run the gateway, or of those who use it. */
export type Area = "admin" | "me";

/** For everybody who can sign in. */
const API_DOCS: NavEntry = { key: "apiDocs", href: "/docs/api", icon: BookOpen, permission: "me:read" };

const SECTIONS: Readonly<Record<Area, readonly NavSection[]>> = {
  admin: [
    {
      key: "operate",
      entries: [
        { key: "overview", href: "/admin", icon: LayoutDashboard, permission: "overview:read" },
        { key: "channels", href: "/admin/channels", icon: Waypoints, permission: "channels:read" },
        { key: "requests", href: "/admin/requests", icon: Activity, permission: "requests:read" },
      ],
    },
    {
      key: "people",
      entries: [
        { key: "users", href: "/admin/users", icon: UsersRound, permission: "users:read" },
        { key: "keys", href: "/admin/keys", icon: KeyRound, permission: "keys:read" },
      ],
    },
    { key: "system", entries: [API_DOCS] },
  ],
  me: [
    {
      key: "own",
      entries: [
        { key: "myUsage", href: "/me", icon: Gauge, permission: "me:read" },
        { key: "myRequests", href: "/me/requests", icon: ScrollText, permission: "me:read" },
        { key: "myKeys", href: "/me/keys", icon: KeyRound, permission: "me:read" },
        API_DOCS,
      ],
    },
  ],
};

/** The sections of an area with the entries that the permissions allow; empty sections are left out. */
export function navSections(area: Area, can: readonly Permission[]): readonly NavSection[] {
  return SECTIONS[area]
    .map((section) => ({ ...section, entries: section.entries.filter((entry) => can.includes(entry.permission)) }))
    .filter((section) => section.entries.length > 0);
}

/** The entry whose page, or a page below it, is at `pathname`; the longest match wins. */
export function currentEntry(sections: readonly NavSection[], pathname: string): NavEntry | undefined {
  return sections
    .flatMap((section) => section.entries)
    .filter(({ href }) => pathname === href || pathname.startsWith(`${href}/`))
    .sort((a, b) => b.href.length - a.href.length)[0];
}
