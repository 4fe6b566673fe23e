import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { PageBody } from "@/components/shell/page-body";
import { PageMessages } from "@/components/shell/page-messages";
import { ConsoleFrame } from "@/features/shell/components/console-frame";
import { PlainFrame } from "@/features/shell/components/plain-frame";
import type { Viewer } from "@/operations/viewer/schema";
import { CredentialProvider } from "./credential";
import { DocsIndex } from "./docs-index";
import type { IndexNoun } from "./find-operations";
import { SignInLink } from "./sign-in-link";

/** The frame of the documentation: inside the shell for who is signed in, else with a way to sign in; the index beside the page. */
export async function DocsFrame(props: { viewer: Viewer | null; nouns: readonly IndexNoun[]; children: ReactNode }) {
  const { viewer } = props;
  const body = (
    <PageMessages namespaces={["docs"]}>
      <CredentialProvider isSignedIn={viewer !== null}>
        <PageBody className="grid-cols-1 content-start gap-x-8 lg:grid-cols-[15rem_minmax(0,1fr)]">
          <DocsIndex nouns={props.nouns} />
          <div className="min-w-0">{props.children}</div>
        </PageBody>
      </CredentialProvider>
    </PageMessages>
  );
  if (viewer !== null) {
    return (
      <ConsoleFrame area={viewer.user.role === "admin" ? "admin" : "me"} viewer={viewer}>
        {body}
      </ConsoleFrame>
    );
  }
  const common = await getTranslations("common");
  const t = await getTranslations("docs");
  return (
    <PlainFrame actions={<SignInLink label={t("signIn")} />} name={common("appName")}>
      {body}
    </PlainFrame>
  );
}
