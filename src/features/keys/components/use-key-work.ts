"use client";

import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import { useToast } from "@/components/ui/toast";
import { useAction } from "@/components/use-action";
import type { Key } from "@/operations/keys/schema";
import { createKeyAction, deleteKeyAction, rotateKeyAction, updateKeyAction } from "../actions";
import { KEYS_KEY } from "../queries";
import type { KeyQuestion } from "./key-confirmations";

/** What an admin does with keys in a list: the actions, and which dialog is open. */
export function useKeyWork() {
  const t = useTranslations("keys.saved");
  const toast = useToast();
  const invalidates = [KEYS_KEY];
  const create = useAction(createKeyAction, { invalidates });
  const rotate = useAction(rotateKeyAction, { invalidates });
  const update = useAction(updateKeyAction, {
    invalidates,
    onDone: (key) => toast(t(key.enabled ? "enabled" : "disabled")),
  });
  const remove = useAction(deleteKeyAction, { invalidates, onDone: () => toast(t("deleted")) });
  const [isCreating, setCreating] = useState(false);
  const [rotating, setRotating] = useState<Key | null>(null);
  const [question, setQuestion] = useState<KeyQuestion | null>(null);
  const ask = useCallback((next: KeyQuestion | null) => setQuestion(next), []);
  return { create, rotate, update, remove, isCreating, setCreating, rotating, setRotating, question, ask };
}
