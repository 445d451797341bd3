/** Made once, by whichever test comes first. What can't be made fails in every test, and is not tried again. */
export function once<Made>(make: () => Made): () => Made {
  let made: { readonly value: Made } | { readonly error: unknown } | undefined
  return () => {
    made ??= attempt(make)
    if ('error' in made) throw made.error
    return made.value
  }
}

function attempt<Made>(make: () => Made): { readonly value: Made } | { readonly error: unknown } {
  try {
    return { value: make() }
  } catch (error) {
    return { error }
  }
}
