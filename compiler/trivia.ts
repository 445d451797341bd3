// A repetition that nothing has to match behind, so that none is ever tried again.
const TRIVIA = /(?:\s+|\/\/.*|\/\*[^]*?\*\/)*/y

/** Where the next token begins: behind white space and comments. */
export function skipTrivia(text: string, at: number): number {
  TRIVIA.lastIndex = at
  TRIVIA.test(text)
  return TRIVIA.lastIndex
}
