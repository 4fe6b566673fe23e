/** The mark of Sluice: a gate half raised over running water. */
export function Logo({ className }: { className?: string | undefined }) {
  return (
    <svg aria-hidden className={className} fill="none" viewBox="0 0 28 28">
      <rect className="fill-primary" height="28" rx="7" width="28" />
      <g className="stroke-primary-foreground" strokeLinecap="round" strokeWidth="2.2">
        <path d="M7 5.5v17M21 5.5v17" />
        <path d="M11 14.2c1.5-1.4 2.5 1.2 4 0s1.6-.9 2.2-.5" opacity=".55" />
        <path d="M11 18.4c1.5-1.4 2.5 1.2 4 0s1.6-.9 2.2-.5" />
        <path d="M11 22.4c1.5-1.4 2.5 1.2 4 0s1.6-.9 2.2-.5" />
      </g>
      <rect className="fill-primary-foreground" height="5" rx="1.2" width="8.4" x="9.8" y="5.4" />
    </svg>
  );
}
