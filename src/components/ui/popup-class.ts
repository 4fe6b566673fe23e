/** Look of a floating panel: menus, selects, comboboxes. */
export const popupClass =
  "origin-(--transform-origin) rounded-lg border border-border bg-popover text-sm text-popover-foreground shadow-popover outline-none transition-[opacity,scale] duration-100 data-starting-style:scale-97 data-starting-style:opacity-0 data-ending-style:opacity-0 motion-reduce:transition-none";

/** Look of a row in such a panel. */
export const itemClass =
  "flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-sm outline-none select-none data-highlighted:bg-accent data-highlighted:text-accent-foreground data-disabled:opacity-50 [&_svg]:shrink-0";

/** Look of what dims the page behind a dialog or sheet. */
export const backdropClass =
  "fixed inset-0 z-40 bg-overlay transition-opacity duration-150 data-starting-style:opacity-0 data-ending-style:opacity-0 motion-reduce:transition-none";
