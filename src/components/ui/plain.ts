/** Props of a Base UI part whose `className` is a plain string, so that a wrapper can merge it with its own. */
export type Plain<Props> = Omit<Props, "className"> & { className?: string | undefined };
