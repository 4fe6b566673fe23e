/** Props of `Sparkline`: `label` says the numbers in words. */
export type SparklineProps = { values: readonly number[]; label: string };

const HEIGHT = 24;
const STEP = 6;
const BAR = 4;
/** A bar of nothing, so that time without requests is there, too. */
const FLOOR = 1;

/** A few numbers as bars, the greatest as high as there is room. */
export function Sparkline({ values, label }: SparklineProps) {
  const most = Math.max(1, ...values);
  return (
    <svg
      aria-label={label}
      className="h-6 w-24 text-info"
      preserveAspectRatio="none"
      role="img"
      viewBox={`0 0 ${values.length * STEP} ${HEIGHT}`}
    >
      {values.map((value, place) => {
        const height = Math.max(FLOOR, (value / most) * HEIGHT);
        const key = `${place}`;
        return (
          <rect
            className={value === 0 ? "fill-border" : "fill-current"}
            height={height}
            key={key}
            width={BAR}
            x={place * STEP}
            y={HEIGHT - height}
          />
        );
      })}
    </svg>
  );
}
