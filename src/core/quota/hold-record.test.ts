import { expect, test } from "vitest";
import { type HoldRecord, holdRecordText, parseHoldRecord } from "./hold-record";

test("a record is read back as it was written, over both flags and with or without a model group", () => {
  for (const modelGroupId of [null, 4])
    for (const [userGlobal, keyGlobal] of [
      [true, true],
      [false, true],
      [true, false],
      [false, false],
    ] as const) {
      const record: HoldRecord = {
        ...{ keyId: 3, keyPrefix: "sk-sluice-0123", modelGroupId, model: 'a "model"', protocol: "openai-chat" },
        ...{ operation: "chat", stream: keyGlobal, counted: { userGlobal, keyGlobal } },
      };
      expect(parseHoldRecord(holdRecordText(record))).toEqual(record);
    }
});

test("a text that is no record is an error", () => {
  expect(() => parseHoldRecord("")).toThrow(SyntaxError);
});
