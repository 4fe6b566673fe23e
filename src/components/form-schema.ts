import { z } from "zod";

/** A fault of a form: where it is, and its code. */
export type FormFault = { readonly path: readonly PropertyKey[]; readonly message: string };

/** What a form knows of its faults: where its fields are when the operation names them otherwise, and faults that the operation's schema cannot see. */
type FormFaults<Values> = {
  placeOf?: (fault: FormFault, values: Values) => readonly PropertyKey[];
  faultsOf?: (values: Values) => readonly FormFault[];
};

/** The schema of a form: its values, turned into the input of an operation, judged by the operation's own schema. */
export function formSchema<Values, Output>(
  schema: z.ZodType<Output>,
  toInput: (values: Values) => unknown,
  { placeOf = ({ path }) => path, faultsOf = () => [] }: FormFaults<Values> = {},
): z.ZodType<Output, Values> {
  return z.custom<Values>().transform((values, context) => {
    const judged = schema.safeParse(toInput(values));
    const told = (judged.error?.issues ?? []).map((issue) => ({ ...issue, path: placeOf(issue, values) }));
    const faults: readonly FormFault[] = [...told, ...faultsOf(values)];
    if (judged.success && faults.length === 0) return judged.data;
    for (const { message, path } of faults) {
      context.addIssue({ code: "custom", message, path: [...path], input: values });
    }
    return z.NEVER;
  });
}
