// In: a brain. Out: it and the classes that it extends, most derived first. Must not look at anything but the `bases` of the brain.

import type { BrainModel, ClassReference, FileModel, MixinModel } from '../model.ts'

/** A brain, or a mixin that one applies, and the file it stands in. */
export interface ChainLink {
  readonly file: FileModel
  readonly brain: BrainModel | MixinModel
}

export interface BrainLink extends ChainLink {
  readonly brain: BrainModel
}

export type Files = ReadonlyMap<string, FileModel>

/** Ends before a class that could not be read. */
export function chainOf(link: BrainLink, files: Files): ChainLink[] {
  const bases = link.brain.bases.map((base) => linkOf(base, files))
  const end = bases.indexOf(undefined)
  return [link, ...(bases.slice(0, end === -1 ? bases.length : end) as ChainLink[])]
}

/** All classes of a file that are parts of brains. */
export function classesOf({ brains, mixins }: FileModel): readonly (BrainModel | MixinModel)[] {
  return [...brains, ...mixins]
}

// --- internal ---

function linkOf({ file: path, name }: ClassReference, files: Files): ChainLink | undefined {
  const file = files.get(path)
  const brain = file && classesOf(file).find((candidate) => candidate.localName === name)
  return brain && { file: file!, brain }
}
