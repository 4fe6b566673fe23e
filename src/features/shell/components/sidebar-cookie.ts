/** Cookie that remembers whether the sidebar is `wide` or `compact`, so that the server draws it right at once. */
export const SIDEBAR_COOKIE = "sluice_sidebar";
