import { defineBuildConfig } from 'unbuild'
import { writeDiagnosticExamples } from './scripts/diagnostic-examples.ts'

const DOORS = ['index', 'internal', 'engine', 'worker', 'thread', 'compiler', 'cli', 'register', 'vite', 'rolldown', 'esbuild']

/** A thread loads one file in place of ten: the loader takes longer over each than V8 does over what is in it. */
const runtimeOfThreads = (id: string): string | undefined =>
  /\/(?:runtime|src\/contract)\//.test(id) && !/\/runtime\/(?:scheduler|host)\/|\/runtime\/engine\.ts$/.test(id) ? 'runtime' : undefined

/** A build for a test run needs no declarations, which cost most of the time. */
const javaScriptOnly = process.env['TASKBRAIN_JS_ONLY'] === '1'

export default defineBuildConfig({
  entries: DOORS.map((door) => ({ input: `src/${door}`, name: door })),
  declaration: javaScriptOnly ? false : 'node16',
  sourcemap: true,
  clean: !javaScriptOnly,
  failOnWarn: !javaScriptOnly,
  hooks: { 'build:done': writeDiagnosticExamples },
  rollup: {
    emitCJS: false,
    esbuild: { target: 'node20' },
    // Chunks lie beside the doors, so that `new URL('./thread.mjs', import.meta.url)` is right in either.
    output: { chunkFileNames: 'chunk.[name].mjs', manualChunks: runtimeOfThreads },
  },
})
