import { ForbiddenPage } from "@/features/shell/components/forbidden-page";

export default function LocaleForbidden() {
  return (
    <main className="flex min-h-dvh flex-col" id="main">
      <ForbiddenPage />
    </main>
  );
}
