import { DocsSkeleton } from "@/features/docs/components/docs-skeleton";

export default function DocsLoading() {
  return <DocsSkeleton />;
}
