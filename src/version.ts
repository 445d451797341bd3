import { readdirSync, readFileSync } from 'node:fs'
import { hashOf } from './hash.ts'

export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}

/** What made an output: the version, and a hash of our own code, which changes under one version while it is worked on. */
export function ownIdentity(): string {
  const folder = new URL('.', import.meta.url)
  const modules = readdirSync(folder).filter((name) => /\.m?[jt]s$/.test(name)).sort()
  return `${ownVersion()} ${hashOf(modules.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\0'))}`
}
