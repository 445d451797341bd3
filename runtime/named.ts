import { knowClass } from './serializable/index.ts'

/**
 * Gives a class the name it has in the source, where a bundler has renamed it. A class of a module also says which `file` it
 * stands in, so that its instances can cross between threads, and a member of its own that no copy of one could have: `#secret`.
 * Returns the class.
 */
export function named<T extends abstract new (...parameters: any[]) => unknown>(Class: T, name: string, file?: string, hidden?: string): T {
  if (Class.name !== name) Object.defineProperty(Class, 'name', { value: name, configurable: true })
  if (file !== undefined) knowClass(Class, `${file}#${name}`, hidden)
  return Class
}
