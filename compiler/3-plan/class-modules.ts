// In: a file, and classes whose instances arrive where it runs. Out: how its modules name the files that hold them. Must not decide
// which classes those are.

import { isOfPackage } from '../names.ts'
import type { FileModel, ImportSpecifier } from '../model.ts'

/** Sorted; without those that one of `names` is taken from, or that are imported for what they do: they are loaded. */
export function classModules(targets: readonly string[], file: FileModel, names: readonly ImportSpecifier[]): string[] {
  const bare = file.items.flatMap(({ import: item }) => (item?.bare ? [item.target] : []))
  const loaded = new Set([...names.map(({ origin }) => origin?.file), ...bare])
  return targets.filter((target) => !loaded.has(target)).map((target) => specifierOf(target, file)).sort()
}

/** `to` as a module in the folder of `from` names it. */
export function relativeSpecifier(from: string, to: string): string {
  const own = from.split('/').slice(0, -1)
  const other = to.split('/')
  let common = 0
  while (common < own.length && common < other.length - 1 && own[common] === other[common]) common++
  const steps = own.slice(common).map(() => '..')
  return [...(steps.length > 0 ? steps : ['.']), ...other.slice(common)].join('/')
}

// --- internal ---

/** As the file itself imports it, be it for a type alone, or else by the way from its folder: by its name a package would be loaded as it was built. */
function specifierOf(target: string, { path, items }: FileModel): string {
  const known = items.find(({ import: item }) => item?.target === target && (!isOfPackage(target) || item.specifier.startsWith('.')))
  return known ? known.import!.specifier : relativeSpecifier(path, target)
}
