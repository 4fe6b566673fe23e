import { NotFoundPage } from "@/features/shell/components/not-found-page";

export default function LocaleNotFound() {
  return (
    <main className="flex min-h-dvh flex-col" id="main">
      <NotFoundPage />
    </main>
  );
}
