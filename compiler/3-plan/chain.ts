// In: a brain. Out: it and its base classes, most derived first. Must not look at anything but the `base` of each.

import type { BrainModel, FileModel } from '../model.ts'

/** A brain and the file it stands in. */
export interface ChainLink {
  readonly file: FileModel
  readonly brain: BrainModel
}

export type Files = ReadonlyMap<string, FileModel>

export function chainOf(link: ChainLink, files: Files): ChainLink[] {
  const chain = [link]
  for (let base = link.brain.base; base; ) {
    const { file: path, name } = base
    const file = files.get(path)
    const brain = file?.brains.find((candidate) => candidate.localName === name)
    if (!file || !brain || chain.some((known) => known.brain === brain)) break
    chain.push({ file, brain })
    base = brain.base
  }
  return chain
}
