import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type * as TinypoolModule from 'tinypool'

/**
 * Tinypool as installed for taskbrain, loaded when the first thread is needed. Found from `entry`, a file of taskbrain:
 * a bundler that took tinypool into the user's own file would part it from the worker file that it starts.
 */
export async function loadTinypool(entry: string): Promise<typeof TinypoolModule.Tinypool> {
  let url: string
  try {
    url = pathToFileURL(createRequire(entry).resolve('tinypool')).href
  } catch {
    return (await import('tinypool')).Tinypool
  }
  return (await import(/* @vite-ignore */ url) as typeof TinypoolModule).Tinypool
}
