// What is written for CommonJS asks for packages by `require`, which an ES module does not have: esbuild calls one of its own, which
// throws. It finds what the output file finds.
import { type Mapped, replaceInLines } from './line-edits.ts'

const CALLED = /^var __require = /g
const MADE = 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url); '

export const withRequire = (output: Mapped): Mapped => replaceInLines(output, CALLED, ([text]) => `${MADE}${text}`)
