import { createNavigation } from "next-intl/navigation";
import { routing } from "./routing";

/** Links, redirects and the router of pages: paths are written without a locale and get that of the reader. */
export const { Link, redirect, usePathname, useRouter, getPathname } = createNavigation(routing);
