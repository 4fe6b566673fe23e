"use client";

import { useEffect } from "react";
import type { FieldPath, FieldValues, UseFormSetError } from "react-hook-form";
import type { FieldProblem, Problem } from "./problem";

/**
 * Puts the fields that the server refused onto the same fields of the form. Paths are `models[2].name`; `placeOf` tells the path of a field that
 * the form has elsewhere.
 */
export function useServerFields<Values extends FieldValues>(
  setError: UseFormSetError<Values>,
  problem: Problem | null,
  placeOf: (field: FieldProblem) => string = pathOf,
) {
  useEffect(() => {
    for (const field of problem?.fields ?? []) {
      const path = placeOf(field).replace(/\[(\d+)\]/g, ".$1");
      setError(path as FieldPath<Values>, { type: "server", message: field.code });
    }
  }, [problem, setError, placeOf]);
}

const pathOf = ({ path }: FieldProblem) => path;
