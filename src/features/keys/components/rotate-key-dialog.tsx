"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useInstantText } from "@/components/instant";
import { SecretOnce } from "@/components/secret-once";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { FieldSet } from "@/components/ui/field";
import { RadioGroup } from "@/components/ui/radio-group";
import type { ActionState } from "@/components/use-action";
import { useProblemText } from "@/components/use-problem-text";
import type { Key, KeyWithSecret } from "@/operations/keys/schema";

const OVERLAPS = [
  { value: "0", word: "overlapNone" },
  { value: "60", word: "overlapHour" },
  { value: "1440", word: "overlapDay" },
  { value: "10080", word: "overlapWeek" },
] as const;

/** Props of `RotateKeyDialog`. `target` null: closed. */
export type RotateKeyDialogProps = {
  target: Key | null;
  onClose: () => void;
  rotate: ActionState<{ id: number; overlapMinutes: number }, KeyWithSecret>;
};

/** Makes a new secret for a key; the older one may work on for a while. */
export function RotateKeyDialog({ target, onClose, rotate }: RotateKeyDialogProps) {
  const [rotated, setRotated] = useState<KeyWithSecret | null>(null);
  const change = (open: boolean) => {
    if (!open && rotated === null) onClose();
  };
  const finish = () => {
    setRotated(null);
    onClose();
  };
  return (
    <Dialog onOpenChange={change} open={target !== null}>
      <DialogContent>
        {rotated === null ? (
          target === null ? null : (
            <RotateForm onRotated={setRotated} rotate={rotate} target={target} />
          )
        ) : (
          <RotatedSecret onDone={finish} rotated={rotated} />
        )}
      </DialogContent>
    </Dialog>
  );
}

function RotateForm(props: {
  target: Key;
  rotate: RotateKeyDialogProps["rotate"];
  onRotated: (rotated: KeyWithSecret) => void;
}) {
  const { target, rotate } = props;
  const t = useTranslations("keys.rotate");
  const words = useTranslations("common");
  const problemText = useProblemText();
  const [overlap, setOverlap] = useState<string>("1440");
  const submit = async () => {
    const rotated = await rotate.run({ id: target.id, overlapMinutes: Number(overlap) });
    if (rotated !== null) props.onRotated(rotated);
  };
  return (
    <>
      <DialogHeader>
        <DialogTitle>{t("title", { name: target.name })}</DialogTitle>
        <DialogDescription>{t("text")}</DialogDescription>
      </DialogHeader>
      <FieldSet legend={t("overlap")}>
        <RadioGroup
          onValueChange={setOverlap}
          options={OVERLAPS.map(({ value, word }) => ({ value, label: t(word) }))}
          value={overlap}
        />
      </FieldSet>
      {rotate.problem === null ? null : (
        <Alert live="alert" tone="danger">
          {problemText(rotate.problem)}
        </Alert>
      )}
      <DialogFooter>
        <DialogClose render={<Button variant="outline" />}>{words("cancel")}</DialogClose>
        <Button onClick={() => void submit()} pending={rotate.isPending}>
          {t("submit")}
        </Button>
      </DialogFooter>
    </>
  );
}

function RotatedSecret({ rotated, onDone }: { rotated: KeyWithSecret; onDone: () => void }) {
  const t = useTranslations("keys");
  const instantText = useInstantText();
  const { previous, name } = rotated.key;
  return (
    <>
      <DialogHeader>
        <DialogTitle>{t("rotate.doneTitle", { name })}</DialogTitle>
        <DialogDescription>
          {previous === null
            ? t("rotate.olderDead")
            : t("rotate.older", {
                secret: `${previous.prefix}…${previous.lastFour}`,
                time: instantText(previous.expiresAt),
              })}
        </DialogDescription>
      </DialogHeader>
      <SecretOnce doneLabel={t("created.done")} onDone={onDone} secret={rotated.secret} />
    </>
  );
}
