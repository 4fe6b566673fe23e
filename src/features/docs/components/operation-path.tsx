import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/copy-button";

/** Where an operation is, its parameters apart, and a way to copy it. */
export function OperationPath({ method, path }: { method: string; path: string }) {
  const t = useTranslations("docs.operation");
  return (
    <span className="flex min-w-0 flex-1 items-center gap-1">
      <code className="min-w-0 font-mono text-sm wrap-anywhere" data-user-text dir="ltr">
        {path.split(/(\{\w+\})/).map((piece, index) =>
          piece.startsWith("{") ? (
            <span className="text-primary" key={`${index}-${piece}`}>
              {piece}
            </span>
          ) : (
            piece
          ),
        )}
      </code>
      <CopyButton label={t("copyPath", { path: `${method} ${path}` })} look="icon" text={path} variant="ghost" />
    </span>
  );
}
