/** Look of a label. */
export const labelClass = "text-sm leading-5 font-medium text-foreground select-none";
