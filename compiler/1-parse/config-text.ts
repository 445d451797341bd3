// In: the text of a tsconfig.json. Out: the first mistake of its syntax. Must not ask what it says.

import { ts } from 'ts-morph'

/** A stretch of a text that can't be read, and why. */
export interface SyntaxMistake {
  readonly start: number
  readonly end: number
  readonly message: string
}

export function configMistake(text: string): SyntaxMistake | undefined {
  const { error } = ts.parseConfigFileTextToJson('tsconfig.json', text)
  if (!error) return undefined
  const start = error.start ?? 0
  return { start, end: start + (error.length ?? 0), message: ts.flattenDiagnosticMessageText(error.messageText, '\n') }
}
