import { expect, inject, test } from "vitest";
import { checkForm, formAt } from "./scan-multipart.contract";

const { cases, seed } = inject("fuzz");
/** The platform's parser is slow. */
const count = Math.ceil(cases / 10);

test(`${count} mutated forms from seed ${seed} say the same to the platform's parser`, async () => {
  for (let index = seed; index < seed + count; index++) {
    const bytes = formAt(index);
    try {
      await checkForm(bytes);
    } catch (error) {
      expect.fail(`case ${index}: ${bytes.toString("base64")}: ${String(error)}`);
    }
  }
});
