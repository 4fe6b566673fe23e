"use client";

import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import { AlertDialog } from "@/components/ui/alert-dialog";
import type { Problem } from "./problem";
import { useProblemText } from "./use-problem-text";

/** Props of `ConfirmDialog`. */
export type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** The consequence, in numbers where there are any. */
  consequence: ReactNode;
  /** The verb. */
  confirm: ReactNode;
  onConfirm: () => void;
  pending: boolean;
  problem: Problem | null;
  tone?: "destructive" | "default" | undefined;
};

/** Asks before something that cannot be taken back, and shows there why it failed. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const problemText = useProblemText();
  return (
    <AlertDialog
      confirm={props.confirm}
      description={props.consequence}
      onConfirm={props.onConfirm}
      onOpenChange={props.onOpenChange}
      open={props.open}
      pending={props.pending}
      title={props.title}
      tone={props.tone}
    >
      {props.problem === null ? null : (
        <Alert live="alert" tone="danger">
          {problemText(props.problem)}
        </Alert>
      )}
    </AlertDialog>
  );
}
