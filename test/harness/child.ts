// Runs one test file and tells its parent over file descriptor 3 what came of it. uvu's own runner exits 0 when a
// hook throws, when nothing was run and when an `only` is left; here its suites are called and their figures kept.
import { writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { FileReport } from './run-files.ts'

type SuiteResult = [errors: string | true, passed: number, skipped: number, total: number]
type SuiteRun = () => Promise<SuiteResult>

const REPORT_FD = 3
const shared = globalThis as { UVU_DEFER?: number; UVU_INDEX?: number; UVU_QUEUE?: SuiteRun[][] }

async function runFile(file: string): Promise<FileReport> {
  const suites: SuiteRun[] = []
  // These three must stand before uvu is loaded: with them it queues suites and leaves running them to us.
  shared.UVU_DEFER = 1
  shared.UVU_INDEX = 0
  shared.UVU_QUEUE = [suites]
  await import(pathToFileURL(file).href)

  const report = { passed: 0, skipped: 0, total: 0, faults: [] as string[] }
  for (const suite of suites) {
    try {
      const [errors, passed, skipped, total] = await suite()
      report.passed += passed
      report.skipped += skipped
      report.total += total
      if (errors === true && passed < total) report.faults.push('a hook threw')
      if (errors !== true) process.stdout.write(`\n${errors}\n`)
    } catch (error) {
      report.faults.push(`a hook threw: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
  return report
}

const file = process.argv[2]
if (file === undefined) throw new Error('child.ts needs the test file to run')
const report = await runFile(file)
writeSync(REPORT_FD, JSON.stringify(report))
process.exitCode = report.passed === report.total && report.faults.length === 0 ? 0 : 1

// Unreferenced: it fires only where something else keeps the process alive, and names that.
setTimeout(() => {
  process.stdout.write(`\nstill open after the last test: ${process.getActiveResourcesInfo().join(', ')}\n`)
}, 1000).unref()
