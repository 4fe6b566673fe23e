import { Fragment } from "react";

/** Words of the OpenAPI document, which are English in every language; what stands in backticks is code. */
export function EnglishText({ children, className }: { children: string; className?: string }) {
  const pieces = children.split("`");
  return (
    <span className={className} data-user-text dir="auto" lang="en">
      {pieces.map((piece, index) =>
        index % 2 === 1 ? (
          <code
            className="rounded-xs bg-muted px-1 py-px font-mono text-[0.92em] wrap-anywhere"
            key={`${index}-${piece}`}
          >
            {piece}
          </code>
        ) : (
          <Fragment key={`${index}-${piece}`}>{piece}</Fragment>
        ),
      )}
    </span>
  );
}
