// Mends sources where a diagnostic has one clear remedy. Touches nothing but the stretches that the fixes name.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic, Fix } from '../compiler/log.ts'
import { writeText } from './source-text.ts'

export interface FixedFile {
  /** Relative to the project's folder, POSIX. */
  readonly file: string
  /** How many edits were made. */
  readonly count: number
}

const BYTE_ORDER_MARK = '\uFEFF'

/** Throws UsageError where a source can't be written. Of fixes that touch the same text the first is made; the others are found again by the next check. */
export function applyFixes(projectDir: string, diagnostics: readonly Diagnostic[]): readonly FixedFile[] {
  const byFile = new Map<string, Fix[]>()
  for (const { file, fix } of diagnostics) {
    if (fix) byFile.set(file, [...(byFile.get(file) ?? []), fix])
  }
  return [...byFile].flatMap(([file, fixes]) => {
    const path = join(projectDir, file)
    const bytes = readFileSync(path)
    const text = bytes.toString('utf8')
    // Text that is no UTF-8 would not come back as it was.
    if (!Buffer.from(text).equals(bytes)) return []
    const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''
    const chosen = withoutOverlaps(fixes)
    writeText(path, mark + edited(text.slice(mark.length), chosen))
    return [{ file, count: chosen.length }]
  })
}

function withoutOverlaps(fixes: readonly Fix[]): readonly Fix[] {
  let end = 0
  return fixes.toSorted((one, other) => one.start - other.start).filter((fix) => {
    if (fix.start < end) return false
    end = fix.end
    return true
  })
}

function edited(text: string, fixes: readonly Fix[]): string {
  let done = 0
  const parts = fixes.map((fix) => {
    const part = text.slice(done, fix.start) + fix.text
    done = fix.end
    return part
  })
  return parts.join('') + text.slice(done)
}
