import { spawn } from 'node:child_process'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a test file's process tells of itself. */
export interface FileReport {
  readonly passed: number
  readonly skipped: number
  readonly total: number
  readonly faults: readonly string[]
}

/** What a test file comes to: `failed` counts tests and, one each, what is wrong with the file as a whole. */
export interface FileOutcome {
  readonly file: string
  readonly passed: number
  readonly failed: number
  readonly faults: readonly string[]
  readonly output: string
  readonly durationMs: number
}

export interface RunLimits {
  /** All files together. */
  readonly totalMs: number
  readonly fileMs: number
  /** From a file's last test to the end of its process. */
  readonly settleMs: number
  /** Files that run at the same time. */
  readonly atOnce: number
}

export const LIMITS: RunLimits = { totalMs: 15 * 60_000, fileMs: 5 * 60_000, settleMs: 5_000, atOnce: 2 }

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

/** Runs each file in a process of its own; `onOutcome` is called as each ends. Never rejects for what a test does. */
export async function runFiles(
  files: readonly string[],
  onOutcome: (outcome: FileOutcome) => void,
  limits: RunLimits = LIMITS,
): Promise<readonly FileOutcome[]> {
  const outcomes: FileOutcome[] = []
  const waiting = [...files]
  const endsAt = performance.now() + limits.totalMs
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcome = await runFile(file, limits, endsAt)
      outcomes.push(outcome)
      onOutcome(outcome)
    }
  }
  await Promise.all(Array.from({ length: limits.atOnce }, lane))
  return outcomes
}

function runFile(file: string, limits: RunLimits, endsAt: number): Promise<FileOutcome> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, file], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const [, stdout, stderr, reportPipe] = child.stdio
  const output: Buffer[] = []
  let reportText = ''
  let killedFor: string | undefined

  const killFor = (reason: string) => (): void => {
    killedFor ??= reason
    child.kill('SIGKILL')
  }
  const leftMs = Math.max(0, endsAt - startedAt)
  const overdue = limits.fileMs < leftMs
    ? setTimeout(killFor(`did not end within ${limits.fileMs / 1000} s`), limits.fileMs)
    : setTimeout(killFor(`the whole run took more than ${limits.totalMs / 1000} s`), leftMs)
  let unsettled: NodeJS.Timeout | undefined

  stdout?.on('data', (bytes: Buffer) => output.push(bytes))
  stderr?.on('data', (bytes: Buffer) => output.push(bytes))
  reportPipe?.on('data', (bytes: Buffer) => {
    reportText += bytes.toString()
    const reason = `something kept its process alive ${limits.settleMs / 1000} s after the last test`
    unsettled ??= setTimeout(killFor(reason), limits.settleMs)
  })

  return new Promise((resolve) => {
    child.on('close', (exitCode, signal) => {
      clearTimeout(overdue)
      clearTimeout(unsettled)
      const report = reportText === '' ? undefined : (JSON.parse(reportText) as FileReport)
      const faults = faultsOf(report, killedFor, exitCode, signal)
      const passed = report?.passed ?? 0
      resolve({
        file,
        passed,
        failed: (report?.total ?? 0) - passed + faults.length,
        faults,
        output: Buffer.concat(output).toString(),
        durationMs: performance.now() - startedAt,
      })
    })
  })
}

function faultsOf(
  report: FileReport | undefined,
  killedFor: string | undefined,
  exitCode: number | null,
  signal: NodeJS.Signals | null,
): readonly string[] {
  const ending = signal === null ? `exit code ${exitCode}` : `signal ${signal}`
  if (!report) return [killedFor ?? `its process ended before its tests had (${ending})`]
  const faults = [...report.faults]
  if (killedFor !== undefined) faults.push(killedFor)
  if (report.total === 0) faults.push('holds no test that was run')
  if (report.skipped > 0) faults.push(`${report.skipped} skipped: an \`only\` or a \`skip\` was left in`)
  const allPassed = report.passed === report.total && faults.length === 0
  if (allPassed && exitCode !== 0) faults.push(`its process failed after its tests had passed (${ending})`)
  return faults
}

/** What a person reads of one file: a line, and everything it printed where it failed. */
export function outcomeText(outcome: FileOutcome, root: string): string {
  const { passed, failed, faults, output, durationMs } = outcome
  const name = relative(root, outcome.file).replaceAll('\\', '/')
  const line = `${failed === 0 ? 'ok  ' : 'FAIL'} ${name}  ${passed} passed${failed ? `, ${failed} failed` : ''}  ${(durationMs / 1000).toFixed(1)} s\n`
  return failed === 0 ? line : `${line}${output}${faults.map((fault) => `  ${name}: ${fault}\n`).join('')}`
}

/** The last line of a run. */
export function totalText(outcomes: readonly FileOutcome[]): string {
  const sum = (count: (outcome: FileOutcome) => number): number => outcomes.reduce((total, one) => total + count(one), 0)
  return `${sum((one) => one.passed)} passed, ${sum((one) => one.failed)} failed\n`
}
