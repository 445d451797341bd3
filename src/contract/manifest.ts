export const MANIFEST_FORMAT = 1

/** `manifest.json` in the out dir: what a build wrote. Paths are POSIX and relative to the out dir. */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT
  readonly brains: readonly BrainManifest[]
  /** Of each source with a brain the hash: who builds upon a brain of a package must read what that was built from. */
  readonly sources: Readonly<Record<string, string>>
  /** Every file of the build, sorted. What the last build named and this one does not is deleted. */
  readonly files: readonly string[]
}

export interface BrainManifest {
  readonly id: string
  readonly name: string
  /** Relative to the project's folder. */
  readonly source: string
  readonly module: string
  readonly state: string
  readonly tasks: readonly TaskManifest[]
}

/** Options as text: `0.1`, `'20ms'`, `true`; as code where they are known at run time only. */
export interface TaskManifest {
  readonly name: string
  readonly process: boolean
  readonly runOnStart: string
  readonly refreshRate?: string
  readonly pace?: string
  readonly timeout?: string
  /** Absent for a task of the main process. */
  readonly worker?: string
}
