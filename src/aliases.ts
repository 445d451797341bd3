// Patterns by which a tsconfig or a package.json leads from a specifier to files.
import { record } from './json-file.ts'

const CONDITIONS = new Set(['import', 'node', 'default'])

/** `prefix*suffix` stands for each of `targets`, absolute, with at most one `*` each. */
export interface Alias {
  readonly prefix: string
  /** `undefined`: the whole specifier must match `prefix`. */
  readonly suffix: string | undefined
  readonly targets: readonly string[]
}

export function matches({ prefix, suffix }: Alias, specifier: string): boolean {
  if (suffix === undefined) return specifier === prefix
  return specifier.length >= prefix.length + suffix.length && specifier.startsWith(prefix) && specifier.endsWith(suffix)
}

/** `fileAt` says which file a path means. */
export function followAlias(alias: Alias, specifier: string, fileAt: (path: string) => string | undefined): string | undefined {
  if (!matches(alias, specifier)) return undefined
  const { prefix, suffix, targets } = alias
  const star = suffix === undefined ? '' : specifier.slice(prefix.length, specifier.length - suffix.length)
  for (const target of targets) {
    const file = fileAt(target.replace('*', () => star))
    if (file !== undefined) return file
  }
  return undefined
}

export function aliasOf(pattern: string, targets: readonly string[]): Alias {
  const [prefix = '', suffix] = pattern.split('*', 2)
  return { prefix, suffix, targets }
}

/** The longest prefix first, as TypeScript and Node choose. */
export const byPrefix = (a: Alias, b: Alias): number => b.prefix.length - a.prefix.length

/** The paths that `imports` or `exports` of a package.json give for a program that is imported by Node. */
export function conditionTargets(target: unknown): readonly string[] {
  if (typeof target === 'string') return target.startsWith('.') ? [target] : []
  for (const [condition, inner] of Object.entries(record(target))) {
    if (CONDITIONS.has(condition)) return conditionTargets(inner)
  }
  return []
}
