"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { Spinner } from "@/components/ui/spinner";
import { useAction } from "@/components/use-action";
import { useProblemText } from "@/components/use-problem-text";
import type { Channel } from "@/operations/channels/channel";
import { testChannelAction } from "../actions";
import { TestResult } from "./test-result";

/** Tests a saved channel and says in words how it went. `channel` null: closed. */
export function TestChannelDialog({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  return (
    <Dialog onOpenChange={onClose} open={channel !== null}>
      <DialogContent>{channel === null ? null : <RunningTest channel={channel} onClose={onClose} />}</DialogContent>
    </Dialog>
  );
}

function RunningTest({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const t = useTranslations("channels.test");
  const words = useTranslations("common");
  const problemText = useProblemText();
  const test = useAction(testChannelAction);
  const start = useRef(test.run);
  useEffect(() => void start.current({ id: channel.id }), [channel.id]);
  return (
    <>
      <DialogHeader>
        <DialogTitle data-user-text>{channel.name}</DialogTitle>
        <DialogDescription>{t("text")}</DialogDescription>
      </DialogHeader>
      {test.isPending ? (
        <p className="flex items-center gap-2.5 text-sm text-muted-foreground" role="status">
          <Spinner />
          {t("running")}
        </p>
      ) : null}
      {test.problem === null ? null : (
        <Alert live="alert" tone="danger">
          {problemText(test.problem)}
        </Alert>
      )}
      {test.data === null ? null : <TestResult test={test.data} />}
      <DialogFooter>
        <Button onClick={() => void test.run({ id: channel.id })} pending={test.isPending} variant="outline">
          {words("retry")}
        </Button>
        <Button onClick={onClose}>{words("close")}</Button>
      </DialogFooter>
    </>
  );
}
