import { realpathSync } from 'node:fs'
import { resolveConfig } from '../config.ts'
import type { TaskbrainOptions } from './options.ts'
import { ProjectBrains } from './project-brains.ts'
import type { Alias } from './recorded-files.ts'
import type { RollupHost } from './rollup-hooks.ts'

/** Of rolldown's options what is used here. */
export interface RolldownOptions {
  readonly cwd?: string | undefined
  readonly resolve?: { readonly alias?: Readonly<Record<string, unknown>> | undefined } | undefined
}

export interface RolldownHost extends RollupHost {
  configured(options: RolldownOptions): void
}

export function rolldownHost({ root }: TaskbrainOptions): RolldownHost {
  let brains: ProjectBrains | undefined
  return {
    configured({ cwd = process.cwd(), resolve }) {
      brains ??= new ProjectBrains(resolveConfig({ cwd: realpathSync(cwd), patterns: [], root }), aliasesOf(resolve?.alias ?? {}))
    },
    brains() {
      if (!brains) throw new Error('taskbrain/rolldown was asked for a file before rolldown had told its options.')
      return brains
    },
    keepsRuntimeOutside: () => true,
    refusal: () => undefined,
  }
}

/** One with several paths, or with none, is rolldown's own: nothing of it says what a source means. */
const aliasesOf = (aliases: Readonly<Record<string, unknown>>): readonly Alias[] =>
  Object.entries(aliases).flatMap(([find, replacement]) => (typeof replacement === 'string' ? [{ find, replacement }] : []))
