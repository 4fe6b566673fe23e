"use client";

import { ChevronRight, Play } from "lucide-react";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { TriedOperation } from "./tried-operation";

/** Most readers only read: the form comes when it is asked for. */
const TryItForm = lazy(async () => ({ default: (await import("./try-it-form")).TryItForm }));

/** A way to send the call from the page; the form is made when it is asked for, and keeps what it holds when it is folded. */
export function TryIt({ operation }: { operation: TriedOperation }) {
  const t = useTranslations("docs.try");
  const [wasOpened, setOpened] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const toggle = () => {
    setOpened(true);
    setOpen(!isOpen);
  };
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4">
      <div>
        <Button
          aria-controls={id}
          aria-expanded={isOpen}
          aria-label={t("openNamed", { operation: operation.id })}
          onClick={toggle}
          size="sm"
          variant="outline"
        >
          {isOpen ? <ChevronRight aria-hidden className="rotate-90" /> : <Play aria-hidden />}
          {t("open")}
        </Button>
      </div>
      <div className="min-w-0" hidden={!isOpen} id={id}>
        {wasOpened ? (
          <Suspense fallback={<Skeleton className="h-48 w-full" />}>
            <TryItForm operation={operation} />
          </Suspense>
        ) : null}
      </div>
    </div>
  );
}
