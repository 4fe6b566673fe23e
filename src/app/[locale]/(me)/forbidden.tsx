import { ForbiddenPage } from "@/features/shell/components/forbidden-page";

export default function MeForbidden() {
  return <ForbiddenPage />;
}
