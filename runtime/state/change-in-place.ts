/** A change in place that is under way. */
export interface ChangeInPlace {
  /**
   * The copy that may be changed and the block that it was made from, which stays until the attribute is written; undefined until it is read.
   * Where the attribute is assigned, the change goes on with the new value.
   */
  held: { readonly value: unknown, readonly reference: number } | undefined
}

/** The error of the change itself is the one to tell; if the write fails too, neither may be lost. */
export function commitAfter(error: unknown, commit: () => void): void {
  try {
    commit()
  } catch (commitError) {
    const message = `A change threw (${String(error)}), and what it had changed could not be kept (${String(commitError)})`
    throw new AggregateError([error, commitError], message, { cause: commitError })
  }
}
