import { NextRequest, NextResponse } from "next/server";
import createMiddleware from "next-intl/middleware";
import { routing } from "@/i18n/routing";

const resolveLocale = createMiddleware(routing);
const PUBLIC_PAGES = new Set(["", "login", "setup", "docs"]);
const SIGN_IN_COOKIE = /session_token$/;

/** First segment of the path after the locale, and the locale's prefix (`""` for the default). */
function splitLocale(pathname: string): { prefix: string; page: string } {
  const [first = "", second = ""] = pathname.split("/").slice(1);
  const isLocale = routing.locales.some((locale) => locale === first);
  return isLocale ? { prefix: `/${first}`, page: second } : { prefix: "", page: first };
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'", // server-rendered meter widths
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Redirects to the sign-in page and back; null when the page is open to all or a sign-in cookie is there. */
function signInRedirect(request: NextRequest): NextResponse | null {
  const { pathname, search } = request.nextUrl;
  const { prefix, page } = splitLocale(pathname);
  if (PUBLIC_PAGES.has(page) || request.cookies.getAll().some(({ name }) => SIGN_IN_COOKIE.test(name))) return null;
  const target = request.nextUrl.clone();
  target.pathname = `${prefix}/login`;
  target.search = "";
  target.searchParams.set("next", pathname.slice(prefix.length) + search);
  return NextResponse.redirect(target);
}

/** Picks the locale, sends the signed-out to the sign-in page, sets the content security policy. It protects nothing: every page, action and route checks for itself. */
export function proxy(request: NextRequest): NextResponse {
  const redirect = signInRedirect(request);
  if (redirect !== null) return redirect;
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  const { pathname, search } = request.nextUrl;
  headers.set("x-sluice-page", pathname.slice(splitLocale(pathname).prefix.length) + search); // to come back to after signing in
  headers.set("content-security-policy", policy); // Next reads the nonce of its own scripts from here
  const response = resolveLocale(new NextRequest(request.nextUrl, { headers }));
  response.headers.set("content-security-policy", policy);
  if (request.url.startsWith("https:") || headers.get("x-forwarded-proto") === "https") {
    response.headers.set("strict-transport-security", "max-age=31536000");
  }
  return response;
}

/** Pages only: not the gateway, the API, the probes, Next's own files or the icons. */
export const config = {
  matcher: [
    "/((?!(?:v1|v1beta|api|healthz|readyz|metrics|_next)(?:/|$)|(?:icon\\.svg|favicon\\.ico|robots\\.txt)$).*)",
  ],
};
