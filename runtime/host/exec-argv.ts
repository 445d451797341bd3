/** Flags of Node that mean something in a worker thread. Others, V8's among them, make Node refuse to start one. */
const WITH_VALUE = new Set(['--import', '--require', '-r', '--loader', '--experimental-loader', '--conditions', '-C', '--disable-warning'])
const ALONE = new Set([
  '--enable-source-maps', '--preserve-symlinks', '--no-warnings', '--no-deprecation', '--throw-deprecation', '--trace-deprecation',
  '--trace-warnings', '--pending-deprecation', '--experimental-strip-types', '--no-experimental-strip-types', '--experimental-transform-types',
])
/** Loaders that compile TypeScript: worker entries are JavaScript, and a loader costs each thread its start. */
const TYPESCRIPT_LOADER = /(?:^|[\\/])(?:tsx|ts-node|@swc-node|@esbuild-kit)(?:[\\/@]|$)/

/** It builds what is started, which a worker entry is not. */
const OWN_LOADER = /^taskbrain\/register$|[\\/]taskbrain[\\/]dist[\\/]register\.mjs$/

/** The flags that a worker thread inherits of those that this process was started with. */
export function workerExecArgv(execArgv: readonly string[]): string[] {
  const inherited: string[] = []
  for (let index = 0; index < execArgv.length; index += 1) {
    const [flag, inlineValue] = splitFlag(execArgv[index]!)
    if (ALONE.has(flag)) inherited.push(flag)
    if (!WITH_VALUE.has(flag)) continue
    const value = inlineValue ?? execArgv[(index += 1)]
    if (value !== undefined && !TYPESCRIPT_LOADER.test(value) && !OWN_LOADER.test(value)) inherited.push(flag, value)
  }
  return inherited
}

function splitFlag(argument: string): [flag: string, value: string | undefined] {
  const at = argument.indexOf('=')
  return argument.startsWith('--') && at > 0 ? [argument.slice(0, at), argument.slice(at + 1)] : [argument, undefined]
}
