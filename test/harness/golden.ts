import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'

/** Compares texts with the files of a folder, or writes them there: `UPDATE_FIXTURES=1 npm test`. The list of files is compared first. */
export function matchesFolder(folder: string, texts: ReadonlyMap<string, string>): void {
  if (process.env['UPDATE_FIXTURES']) {
    rmSync(folder, { recursive: true, force: true })
    for (const [name, text] of texts) writeText(join(folder, name), text)
  }
  const there = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()) : []
  const names = there.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort()
  assert.equal([...texts.keys()].sort(), names)
  for (const [name, text] of texts) assert.fixture(text, readFileSync(join(folder, name), 'utf8'), name)
}

export function matchesFile(path: string, text: string): void {
  if (process.env['UPDATE_FIXTURES']) writeText(path, text)
  assert.fixture(text, existsSync(path) ? readFileSync(path, 'utf8') : '')
}

export function foldersOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()
}

function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
