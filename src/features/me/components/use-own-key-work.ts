"use client";

import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import type { KeyQuestion } from "@/features/keys/components/key-confirmations";
import type { Key } from "@/operations/keys/schema";
import { createOwnKeyAction, rotateOwnKeyAction, updateOwnKeyAction } from "../actions";
import { OWN_KEYS_KEY, OWN_SUMMARY_KEY } from "../queries";

const invalidates = [OWN_KEYS_KEY, OWN_SUMMARY_KEY];

/** What readers do with keys of their own: the actions, and which dialog is open. */
export function useOwnKeyWork() {
  const t = useTranslations("keys.saved");
  const toast = useToast();
  const create = useAction(createOwnKeyAction, { invalidates });
  const rotate = useAction(rotateOwnKeyAction, { invalidates });
  const disable = useAction(updateOwnKeyAction, { invalidates, onDone: () => toast(t("disabled")) });
  const [rotating, setRotating] = useState<Key | null>(null);
  const [question, setQuestion] = useState<KeyQuestion | null>(null);
  const ask = useCallback((next: KeyQuestion | null) => setQuestion(next), []);
  return { create, rotate, disable, rotating, setRotating, question, ask };
}
