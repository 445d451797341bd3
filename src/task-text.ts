// When a task runs, in words that a person likes to read.
import type { TaskManifest } from './contract/manifest.ts'

export function whenText({ runOnStart, refreshRate, pace, timeout }: Pick<TaskManifest, 'runOnStart' | 'refreshRate' | 'pace' | 'timeout'>): string {
  const start = runOnStart === 'true' ? 'on start' : runOnStart === 'false' ? 'when called' : 'on start, if it says so'
  const rate = refreshRate === undefined ? '' : `, every ${durationText(refreshRate)}${pace === "'rate'" ? ' without drift' : ''}`
  return `${start}${rate}${timeout === undefined ? '' : `, for ${durationText(timeout)} at most`}`
}

/** `'20ms'` without its quotes, a plain number in seconds, any other code as it is. */
function durationText(code: string): string {
  return /^[\d._]+$/.test(code) ? `${code} s` : code.replace(/^(['"`])(.*)\1$/, '$2')
}
