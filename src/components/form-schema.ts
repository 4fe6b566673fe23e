import { z } from "zod";

/** The schema of a form: its values, turned into the input of an operation, judged by the operation's own schema. */
export function formSchema<Values, Output>(
  schema: z.ZodType<Output>,
  toInput: (values: Values) => unknown,
): z.ZodType<Output, Values> {
  return z.custom<Values>().transform((values, context) => {
    const judged = schema.safeParse(toInput(values));
    if (judged.success) return judged.data;
    for (const { message, path } of judged.error.issues) {
      context.addIssue({ code: "custom", message, path, input: values });
    }
    return z.NEVER;
  });
}
