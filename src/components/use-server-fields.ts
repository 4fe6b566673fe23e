"use client";

import { useEffect } from "react";
import type { FieldPath, FieldValues, UseFormSetError } from "react-hook-form";
import type { Problem } from "./problem";

/** Puts the fields that the server refused onto the same fields of the form. Paths are `models[2].name`. */
export function useServerFields<Values extends FieldValues>(
  setError: UseFormSetError<Values>,
  problem: Problem | null,
) {
  useEffect(() => {
    for (const { path, code } of problem?.fields ?? []) {
      setError(path.replace(/\[(\d+)\]/g, ".$1") as FieldPath<Values>, { type: "server", message: code });
    }
  }, [problem, setError]);
}
