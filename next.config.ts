import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin({
  requestConfig: "./src/i18n/request.ts",
  experimental: { messages: { path: "./messages", format: "json", locales: "infer", precompile: true } },
});

/** Origins whose forms may call server actions besides the request's own host. */
function publicHosts(publicUrl: string | undefined): string[] {
  return publicUrl !== undefined && URL.canParse(publicUrl) ? [new URL(publicUrl).host] : [];
}

const config: NextConfig = {
  poweredByHeader: false,
  compress: false, // gzip holds streams back; a proxy in front compresses
  reactStrictMode: true,
  devIndicators: false,
  typescript: { ignoreBuildErrors: true }, // `npm run check` has its own type check
  images: { unoptimized: true },
  // Packages of the running services: loaded by Node as they are, never bundled.
  serverExternalPackages: [
    ...["better-auth", "drizzle-orm", "postgres", "ioredis", "pino", "prom-client", "undici", "hono", "yaml"],
    ...["ipaddr.js", "@pydantic/genai-prices"],
  ],
  experimental: {
    authInterrupts: true, // forbidden(): a 403 page
    serverActions: { bodySizeLimit: "1mb", allowedOrigins: publicHosts(process.env.SLUICE_PUBLIC_URL) },
    optimizePackageImports: ["lucide-react"],
  },
  async headers() {
    return [
      {
        source: "/:path*",
        headers: [
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "Referrer-Policy", value: "no-referrer" },
          { key: "X-Frame-Options", value: "DENY" },
          { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
          { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
        ],
      },
    ];
  },
};

export default withNextIntl(config);
