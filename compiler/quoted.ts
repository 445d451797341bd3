/** `text` as a literal of emitted code, in single quotes. */
export function quoted(text: string): string {
  // What JSON writes is a literal of JavaScript too, but for the sign that ends it.
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
