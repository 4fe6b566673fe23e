import { notFound } from "next/navigation";

/** Any other address of the admin's side: not found, inside the shell. */
export default function UnknownAdminPage(): never {
  notFound();
}
