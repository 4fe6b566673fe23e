import { PageSkeleton } from "@/features/shell/components/page-skeleton";

export default function MeLoading() {
  return <PageSkeleton />;
}
