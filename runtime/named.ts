/** Gives a class the name it has in the source, where a bundler has renamed it. Returns the class. */
export function named<T extends abstract new (...parameters: any[]) => unknown>(Class: T, name: string): T {
  if (Class.name !== name) Object.defineProperty(Class, 'name', { value: name, configurable: true })
  return Class
}
