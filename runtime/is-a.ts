/** `instanceof` of whatever was thrown: it asks a proxy for its prototype, and one that was revoked throws at that. */
export function isA<T>(thrown: unknown, Class: abstract new (...args: any[]) => T): thrown is T {
  try {
    return thrown instanceof Class
  } catch {
    return false
  }
}
