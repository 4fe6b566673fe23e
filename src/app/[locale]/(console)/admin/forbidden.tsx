import { ForbiddenPage } from "@/features/shell/components/forbidden-page";

export default function AdminForbidden() {
  return <ForbiddenPage />;
}
